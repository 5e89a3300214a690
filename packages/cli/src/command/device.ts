// `syncline device`: the control of Syncline's own device.

import { Command } from 'commander';
import { deviceApplyCommand } from './device-apply.ts';
import { deviceHealCommand, deviceMisbehaveCommand } from './device-misbehave.ts';
import { deviceStatusCommand } from './device-status.ts';

/** The command and those below it. */
export function deviceCommand(): Command {
  return new Command('device')
    .description("Syncline's device: what it serves, and how it misbehaves")
    .addCommand(deviceStatusCommand())
    .addCommand(deviceApplyCommand())
    .addCommand(deviceMisbehaveCommand())
    .addCommand(deviceHealCommand());
}
