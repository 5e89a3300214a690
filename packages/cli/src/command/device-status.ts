// `syncline device status`: what the device has served.

import { DeviceServiceDefinition, type StatusResponse } from '@syncline/proto/device.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function deviceStatusCommand(): Command {
  return new Command('status')
    .description('show what the device has served so far and which faults are armed')
    .action(async (_options: object, command: Command) => {
      using session = openSession(command, defaultAddress.device);
      const status = await session.connection
        .client(DeviceServiceDefinition)
        .status({}, { signal: session.signal });
      printLine(session.json ? jsonText(facts(status)) : text(status));
    });
}

function facts({ leaves, openSubscriptions, calls, sets, armed, ...sent }: StatusResponse) {
  return {
    leaves,
    open_subscriptions: openSubscriptions,
    notifications_sent: sent.notificationsSent,
    updates_sent: sent.updatesSent,
    sync_responses_sent: sent.syncResponsesSent,
    calls,
    sets: sets.length,
    armed: armed.flatMap(({ kind }) => kind?.$case ?? []),
  };
}

function text(status: StatusResponse): string {
  const { calls, armed, ...counts } = facts(status);
  const rows: [string, string][] = [
    ...Object.entries(counts).map(([name, count]): [string, string] => [name, String(count)]),
    [
      'calls',
      Object.entries(calls)
        .map(([method, count]) => `${method} ${count}`)
        .join(', ') || 'none',
    ],
    ['armed', armed.join(', ') || 'none'],
  ];
  return rows.map(([name, value]) => `${name.replaceAll('_', ' ').padEnd(20)}${value}`).join('\n');
}
