// `syncline subscribe`: follows some paths of a datastore, or of any gNMI target.

import { setTimeout as delay } from 'node:timers/promises';
import {
  Encoding,
  gNMIDefinition,
  type Notification,
  type Path,
  SubscribeRequest,
  type SubscribeResponse,
  SubscriptionList_Mode,
  SubscriptionMode,
} from '@syncline/proto/gnmi.ts';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import { Argument, Command, Option } from 'commander';
import { readDuration } from '../duration.ts';
import { Json, jsonText, printLine } from '../print.ts';
import { depthOption, encodingOption, extensionsOf, prefixOf, targetOption } from '../request.ts';
import { openSession } from '../session.ts';
import { pathText, readPaths, timeText, valueJson, valueText } from '../value-text.ts';

const modes = {
  once: SubscriptionList_Mode.ONCE,
  stream: SubscriptionList_Mode.STREAM,
  poll: SubscriptionList_Mode.POLL,
} as const;

interface Options {
  readonly target: string;
  readonly mode: keyof typeof modes;
  readonly sample?: number;
  readonly suppressRedundant?: boolean;
  readonly heartbeat: number;
  readonly every: number;
  readonly updatesOnly?: boolean;
  readonly encoding: keyof typeof Encoding;
  readonly depth: number;
}

/** The command. */
export function subscribeCommand(): Command {
  const wait = (flags: string, description: string) => new Option(flags, description).argParser(readDuration);
  return new Command('subscribe')
    .alias('sub')
    .description('follow some paths of a datastore until Ctrl-C')
    .addArgument(
      new Argument('<path...>', "such as '/interfaces/interface[name=*]/state'; '/' is everything").argParser(
        readPaths,
      ),
    )
    .addOption(targetOption())
    .addOption(
      new Option('--mode <mode>', 'the set once, the set and its changes, or the set again and again')
        .choices(Object.keys(modes))
        .default('stream'),
    )
    .addOption(wait('--sample <duration>', 'in mode stream: values at this interval instead of changes'))
    .option('--suppress-redundant', 'with --sample: leave out values that did not change')
    .addOption(wait('--heartbeat <duration>', 'repeat values at this interval').default(0, 'never'))
    .addOption(wait('--every <duration>', 'in mode poll: between two polls').default(5_000, '5s'))
    .option('--updates-only', 'leave out the initial set')
    .addOption(encodingOption())
    .addOption(depthOption())
    .action(async (paths: readonly Path[], options: Options, command: Command) => {
      using session = openSession(command);
      const { signal } = session;
      const responses = session.connection
        .client(gNMIDefinition)
        .subscribe(requests(paths, options, signal), { signal });
      for await (const response of responses) {
        for (const line of session.json ? jsonLines(response) : lines(response)) printLine(line);
      }
    });
}

/** The subscription, then polls; the stream stays open, because a client that closes its side may be cut off. */
async function* requests(
  paths: readonly Path[],
  options: Options,
  signal: AbortSignal,
): AsyncGenerator<SubscribeRequest, void, undefined> {
  yield SubscribeRequest.create({
    request: {
      $case: 'subscribe',
      value: {
        prefix: prefixOf(options.target),
        mode: modes[options.mode],
        encoding: Encoding[options.encoding],
        updatesOnly: options.updatesOnly === true,
        subscription: paths.map((path) => ({ path, ...triggerOf(options) })),
      },
    },
    extension: extensionsOf(options.depth),
  });
  while (options.mode === 'poll') {
    await delay(options.every, undefined, { signal, ref: false });
    yield SubscribeRequest.create({ request: { $case: 'poll', value: {} } });
  }
  if (options.mode === 'stream') await aborted(signal);
}

function triggerOf({ mode, sample, suppressRedundant, heartbeat }: Options) {
  if (mode !== 'stream') return {};
  const heartbeatInterval = nanoseconds(heartbeat);
  if (sample === undefined) return { mode: SubscriptionMode.ON_CHANGE, heartbeatInterval };
  return {
    mode: SubscriptionMode.SAMPLE,
    sampleInterval: nanoseconds(sample),
    suppressRedundant: suppressRedundant === true,
    heartbeatInterval,
  };
}

function nanoseconds(ms: number): bigint {
  return BigInt(ms) * 1_000_000n;
}

function lines({ response }: SubscribeResponse): string[] {
  if (response?.$case === 'syncResponse') return ['-- in sync --'];
  if (response?.$case !== 'update') return [];
  const { prefix, timestamp, update, delete: deletes } = response.value;
  const time = timeText(timestamp);
  return [
    ...deletes.map((path) => `${time}  ${pathText(prefix, path)}  deleted`),
    ...update.map(({ path, val, duplicates }) => {
      const missed = duplicates === 0 ? '' : `  (+${duplicates} older values left out)`;
      return `${time}  ${pathText(prefix, path)}  ${valueText(val)}${missed}`;
    }),
  ];
}

function jsonLines({ response }: SubscribeResponse): string[] {
  if (response?.$case === 'syncResponse') return [jsonText({ sync: response.value })];
  return response?.$case === 'update' ? notificationLines(response.value) : [];
}

function notificationLines({ prefix, timestamp, update, delete: deletes }: Notification): string[] {
  const common = { target: prefix?.target ?? '', timestamp };
  return [
    ...deletes.map((path) => jsonText({ ...common, path: pathText(prefix, path), deleted: true })),
    ...update.map(({ path, val, duplicates }) =>
      jsonText({
        ...common,
        path: pathText(prefix, path),
        value: new Json(valueJson(val)),
        duplicates: duplicates === 0 ? undefined : duplicates,
      }),
    ),
  ];
}
