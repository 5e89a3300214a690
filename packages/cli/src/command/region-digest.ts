// `syncline region digest`: a hash of a copy, and whether several copies are the same.

import { setTimeout as delay } from 'node:timers/promises';
import { type DigestResponse, RegionServiceDefinition } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { jsonText, printLine, tableText } from '../print.ts';
import { hashText, indexText } from '../region-text.ts';
import { defaultAddress, openSessions, type Session } from '../session.ts';

/** Bucket numbers that are named in a line; the others are counted. */
const namedBuckets = 8;

/** Copies that live are rarely asked at one index: how often they are asked, before they are shown as they are. */
const asking = { times: 20, everyMs: 100 } as const;

/** The command. */
export function regionDigestCommand(): Command {
  return new Command('digest')
    .description(
      'show a hash of a copy; with several --address, compare the copies bucket by bucket, and fail when they differ',
    )
    .action(async (_options: object, command: Command) => {
      using sessions = openSessions(command, defaultAddress.region);
      const digests = await digestsAtOneIndex(sessions);
      const isJson = [...sessions.values()].some(({ json }) => json);
      printDigests(digests, isJson);
    });
}

interface Member {
  readonly address: string;
  readonly digest: DigestResponse;
}

async function digestsAtOneIndex(sessions: ReadonlyMap<string, Session>): Promise<readonly Member[]> {
  for (let time = 1; ; time += 1) {
    const members = await Promise.all(
      Array.from(sessions, async ([address, { connection, signal }]) => {
        const digest = await connection.client(RegionServiceDefinition).digest({}, { signal });
        return { address, digest };
      }),
    );
    const indexes = new Set(members.map(({ digest }) => digest.index));
    if (indexes.size <= 1 || time === asking.times) return members;
    const signal = AbortSignal.any([...sessions.values()].map((session) => session.signal));
    await delay(asking.everyMs, undefined, { signal });
  }
}

function printDigests(members: readonly Member[], isJson: boolean): void {
  const [first, ...others] = members;
  if (first === undefined) return;
  const compared = [first, ...others].map((member) => ({
    ...member,
    differing: differingBuckets(first.digest, member.digest),
  }));
  if (isJson) for (const member of compared) printLine(jsonText(memberJson(member)));
  else
    printLine(
      tableText(['ADDRESS', 'NEXT INDEX', 'REGIONS', 'DIGEST', 'OTHER BUCKETS'], compared.map(memberRow)),
    );
  const different = compared.filter(({ differing }) => differing.length > 0);
  if (different.length === 0) return;
  const isMoving = different.some(({ digest }) => digest.index !== first.digest.index);
  const names = different.map(({ address }) => address).join(', ');
  throw new Error(
    `${names} and ${first.address} differ${isMoving ? ', and are at different indexes: compare them when they are at one' : ''}`,
  );
}

function differingBuckets(a: DigestResponse, b: DigestResponse): readonly number[] {
  return a.buckets.flatMap((bucket, i) => (bucket === b.buckets[i] ? [] : [i]));
}

function memberRow({
  address,
  digest,
  differing,
}: Member & { readonly differing: readonly number[] }): string[] {
  const named = differing.slice(0, namedBuckets).join(' ');
  const rest = differing.length - namedBuckets;
  return [
    address,
    indexText(digest.index),
    String(digest.regions),
    hashText(digest.total),
    rest > 0 ? `${named} and ${rest} more` : named || 'none',
  ];
}

function memberJson({ address, digest, differing }: Member & { readonly differing: readonly number[] }) {
  return {
    address,
    next_index: digest.index,
    regions: digest.regions,
    total: digest.total,
    buckets: digest.buckets,
    differing_buckets: differing,
  };
}
