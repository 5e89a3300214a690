// States that are shown again and again: in a terminal in place, otherwise one after the other.

import { Option } from 'commander';
import { readDuration } from './duration.ts';
import { printLine } from './print.ts';

/** Clears the screen and goes to its top left corner. */
const clear = '\u001b[2J\u001b[H';

/** The option that sets the pace of a watch. */
export function everyOption(): Option {
  return new Option('--every <duration>', 'with --watch: least time between two looks, 100ms to 60s')
    .argParser(readDuration)
    .default(1_000, '1s');
}

/** Prints a state in the place of the one before, or below it where that cannot be. */
export function printState(text: string): void {
  if (process.stdout.isTTY) printLine(`${clear}${text}`);
  else printLine(`${new Date().toISOString()}\n${text}\n`);
}
