// `syncline region`: region metadata and its copies.

import { Command } from 'commander';
import { regionDigestCommand } from './region-digest.ts';
import { regionDrainCommand } from './region-drain.ts';
import { regionGetCommand } from './region-get.ts';
import { regionLagCommand } from './region-lag.ts';
import { regionResetCommand } from './region-reset.ts';
import { regionScanCommand } from './region-scan.ts';
import { regionSnapshotCommand } from './region-snapshot.ts';
import { regionStatusCommand } from './region-status.ts';
import { regionWatchCommand } from './region-watch.ts';

/** The command and those below it. */
export function regionCommand(): Command {
  return new Command('region')
    .description('region syncers: regions, and how far each copy of them is')
    .addCommand(regionStatusCommand())
    .addCommand(regionWatchCommand())
    .addCommand(regionLagCommand())
    .addCommand(regionGetCommand())
    .addCommand(regionScanCommand())
    .addCommand(regionDigestCommand())
    .addCommand(regionResetCommand())
    .addCommand(regionSnapshotCommand())
    .addCommand(regionDrainCommand());
}
