// gNMI Get: the core answers for each datastore with encoded notifications, which are sent as they are.

import { parseGet } from '@syncline/gnmi/get-request.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { GetRequest } from '@syncline/proto/gnmi.ts';
import type { CoreHost } from '../core/host.ts';
import { CoreRefusalError } from '../core/host-errors.ts';
import type { NorthboundLimits } from '../northbound/limits.ts';
import { queryOf } from '../northbound/selection.ts';
import { type Addressed, addressed, type ServedDatastore } from '../northbound/target.ts';

/** What Get needs of the process. */
export interface GetParts {
  readonly served: () => readonly ServedDatastore[];
  readonly core: Pick<CoreHost, 'ask'>;
  readonly limits: NorthboundLimits;
}

/**
 * An encoded GetResponse. With target `*` it holds the notifications of every datastore in which the paths are;
 * NOT_FOUND when they are in none.
 */
export async function get(request: GetRequest, parts: GetParts, signal: AbortSignal): Promise<Uint8Array> {
  const asked = addressed(request.prefix?.target ?? '', parts.served());
  const answers = await Promise.allSettled(asked.map((each) => ask(each, request, parts, signal)));
  const found: Uint8Array[] = [];
  let absent: CoreRefusalError | undefined;
  for (const answer of answers) {
    if (answer.status === 'fulfilled') found.push(answer.value);
    else if (!isNotFound(answer.reason)) throw answer.reason;
    else absent ??= answer.reason;
  }
  if (absent !== undefined && found.length === 0) throw absent;
  return joined(found, parts.limits.getBytes);
}

async function ask(
  { datastore, target }: Addressed,
  request: GetRequest,
  { core, limits }: GetParts,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const models = new Set(datastore.models.map(({ name }) => name));
  const plan = parseGet(request, { maxPaths: limits.maxPaths, models });
  const { response } = await core.ask(
    { kind: 'get', datastore: datastore.number, query: queryOf(plan, target) },
    { deadlineMs: limits.getDeadlineMs, signal },
  );
  return new Uint8Array(response);
}

function isNotFound(reason: unknown): reason is CoreRefusalError {
  return reason instanceof CoreRefusalError && reason.code === 'NOT_FOUND';
}

/** Encoded messages of one type, one behind the other, are one message with the repeated fields of all. */
function joined(answers: readonly Uint8Array[], maxBytes: number): Uint8Array {
  const [only, ...others] = answers;
  if (only !== undefined && others.length === 0) return only;
  const bytes = answers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes <= maxBytes) return Buffer.concat(answers);
  const reason = `the answers of ${answers.length} datastores have ${bytes} bytes, at most ${maxBytes} are sent`;
  throw new GnmiRequestError('RESOURCE_EXHAUSTED', 'prefix.target', '*', reason);
}
