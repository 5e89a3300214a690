// `syncline nsp targets`: who is a target of which stream.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import {
  type Target,
  TargetRegistryDefinition,
  Target_Status as TargetStatus,
  Target_Type as TargetType,
} from '@syncline/proto/nsp-targetregistry.ts';
import { Command, Option } from 'commander';
import { plainName } from '../enum-name.ts';
import { firstMessage } from '../first-message.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { defaultAddress, openSession, type Session } from '../session.ts';
import {
  addParentOptions,
  isEverything,
  type ParentOptions,
  readFilter,
  type StreamName,
  streamMessage,
  streamText,
} from '../stream-name.ts';

const statuses = {
  any: TargetStatus.ANY,
  enabled: TargetStatus.ENABLED,
  disabled: TargetStatus.DISABLED,
} as const;

interface Options extends ParentOptions {
  readonly status: keyof typeof statuses;
  readonly frontends?: boolean;
}

/** The command. */
export function nspTargetsCommand(): Command {
  return addParentOptions(new Command('targets'))
    .description('list the targets of all streams or of one')
    .argument('[stream]', 'only of this one: stream.conduit.trench')
    .addOption(
      new Option('--status <word>', 'only of this status').choices(Object.keys(statuses)).default('any'),
    )
    .option('--frontends', 'list the frontends instead, which have no stream')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const stream = readFilter(name, options);
      const filter = {
        status: statuses[options.status],
        type: options.frontends === true ? TargetType.FRONTEND : TargetType.DEFAULT,
        ...(options.frontends !== true && { stream: streamMessage(stream) }),
      };
      using session = openSession(command, defaultAddress.nsp);
      const registry = session.connection.client(TargetRegistryDefinition);
      const { targets } = await firstMessage(session, (call) => registry.watch(filter, call));
      const mayBeWrong = targets.length === 0 && options.frontends !== true && !isEverything(stream);
      if (mayBeWrong && !(await isConfigured(session, stream)))
        process.stderr.write('-- no such stream in the configuration --\n');
      const rows = targets.map(factsOf).toSorted(byStreamAndIdentifier);
      if (session.json) for (const row of rows) printLine(jsonText(row));
      else printLine(tableText(['STREAM', 'IDENTIFIER', 'STATUS', 'IPS'], rows.map(cells)));
    });
}

/** Whether the configuration has a stream that the filter leaves. */
async function isConfigured(session: Session, filter: StreamName): Promise<boolean> {
  const client = session.connection.client(ConfigurationManagerDefinition);
  const everything = streamMessage({ stream: '', conduit: '', trench: '' });
  const { streams } = await firstMessage(session, (call) => client.watchStream(everything, call));
  const isLeft = (wanted: string, name = '') => wanted === '' || wanted === name;
  return streams.some(
    ({ name, conduit }) =>
      isLeft(filter.stream, name) &&
      isLeft(filter.conduit, conduit?.name) &&
      isLeft(filter.trench, conduit?.trench?.name),
  );
}

type Row = ReturnType<typeof factsOf>;

function factsOf({ stream, context, status, ips }: Target) {
  return {
    stream: stream === undefined ? '' : streamText(stream),
    identifier: numberOf(context['identifier']),
    status: plainName(TargetStatus, status),
    ips,
  };
}

/** undefined for a frontend, which has none. */
function numberOf(identifier: string | undefined): number | undefined {
  return identifier === undefined || identifier === '' ? undefined : Number(identifier);
}

function cells({ stream, identifier, status, ips }: Row): string[] {
  return [stream || '-', String(identifier ?? '-'), status, ips.join(', ')];
}

function byStreamAndIdentifier(a: Row, b: Row): number {
  return a.stream === b.stream ? (a.identifier ?? 0) - (b.identifier ?? 0) : a.stream < b.stream ? -1 : 1;
}
