// States that are shown again and again: in a terminal in place, otherwise one after the other.

import { Option } from 'commander';
import { readDuration } from './duration.ts';
import { printLine } from './print.ts';

/** Clears the screen and goes to its top left corner. */
const clear = '\u001b[2J\u001b[H';

/** The option that sets the pace of a watch; `when` says when it counts. */
export function everyOption(when = ''): Option {
  return new Option('--every <duration>', `${when}least time between two looks, 100ms to 60s`)
    .argParser(readDuration)
    .default(1_000, '1s');
}

/** Prints a state in the place of the one before; where that is no terminal below it, as `line` alone if there is one. */
export function printState(text: string, line?: string): void {
  const time = new Date().toISOString();
  if (process.stdout.isTTY) printLine(`${clear}${text}`);
  else printLine(line === undefined ? `${time}\n${text}\n` : `${time}  ${line}`);
}
