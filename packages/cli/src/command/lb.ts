// `syncline lb`: where packets go.

import { Command } from 'commander';
import { lbLookupCommand } from './lb-lookup.ts';
import { lbStatsCommand } from './lb-stats.ts';

/** The command and those below it. */
export function lbCommand(): Command {
  return new Command('lb')
    .description('load balancers: which target gets a packet, and how targets share a stream')
    .addCommand(lbLookupCommand())
    .addCommand(lbStatsCommand());
}
