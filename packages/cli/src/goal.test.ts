import { Command } from 'commander';
import { expect, test } from 'vitest';
import { untilOption } from './goal.ts';

function until(text: string): unknown {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  command.addOption(untilOption('end as soon as this holds', ['connected', 'synced']));
  return command.parse(['--until', text], { from: 'user' }).opts()['until'];
}

test('a state may be typed in any letter case, and no other text is one', () => {
  expect(['connected', 'Synced', 'SYNCED'].map(until)).toEqual(['connected', 'synced', 'synced']);
  expect(() => until('sync')).toThrow("argument 'sync' is invalid. Allowed choices are connected, synced.");
});
