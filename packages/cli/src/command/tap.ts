// `syncline tap`: the streams of an application.

import { Command } from 'commander';
import { tapCloseCommand } from './tap-close.ts';
import { tapDumpCommand } from './tap-dump.ts';
import { tapOpenCommand } from './tap-open.ts';
import { tapWatchCommand } from './tap-watch.ts';

/** The command and those below it. */
export function tapCommand(): Command {
  return new Command('tap')
    .description('taps: open and close streams, and see what became of them')
    .addCommand(tapOpenCommand())
    .addCommand(tapCloseCommand())
    .addCommand(tapWatchCommand())
    .addCommand(tapDumpCommand());
}
