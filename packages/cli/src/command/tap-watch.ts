// `syncline tap watch`: the status of streams, and each change of it.

import {
  StreamStatus_Status as Status,
  type StreamStatus,
  TapDefinition,
} from '@syncline/proto/ambassador.ts';
import { Command } from 'commander';
import { untilOption } from '../goal.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';
import { StatusChanges } from '../status-changes.ts';
import { addParentOptions, type ParentOptions, readFilter, streamMessage } from '../stream-name.ts';

const goals = {
  open: (list: readonly StreamStatus[]) =>
    list.length > 0 && list.every(({ status }) => status === Status.OPEN),
  closed: (list: readonly StreamStatus[]) => list.length === 0,
} as const;

interface Options extends ParentOptions {
  readonly until?: keyof typeof goals;
}

/** The command. */
export function tapWatchCommand(): Command {
  return addParentOptions(new Command('watch'))
    .description('show the status of streams, and each change, until Ctrl-C or --until')
    .argument('[stream]', 'only this one: stream.conduit.trench')
    .addOption(untilOption('end as soon as all are open, or closed', Object.keys(goals)))
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const { until } = options;
      const filter = streamMessage(readFilter(name, options));
      using session = openSession(command, defaultAddress.tap);
      const { signal, json } = session;
      const changes = new StatusChanges();
      for await (const { streamStatus } of session.connection
        .client(TapDefinition)
        .watch(filter, { signal })) {
        const time = new Date().toISOString();
        for (const { stream, status } of changes.in(streamStatus)) {
          printLine(json ? jsonText({ time, stream, status }) : `${time}  ${stream}  ${status}`);
        }
        if (streamStatus.length === 0 && !json) printLine(`${time}  -- no streams --`);
        if (until !== undefined && goals[until](streamStatus)) return;
      }
    });
}
