// `syncline device misbehave` and `heal`: faults on command.

import { DeviceServiceDefinition } from '@syncline/proto/device.ts';
import { Command } from 'commander';
import { faultHelp, readFault } from '../fault.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';

/** `device misbehave`. */
export function deviceMisbehaveCommand(): Command {
  return new Command('misbehave')
    .description('arm a fault; one of the same kind replaces the one that is armed')
    .argument('<fault>')
    .argument('[field...]', 'as name=value')
    .addHelpText('after', `\nFaults and their fields, all of which may be left out:\n${faultHelp}`)
    .action(async (name: string, fields: readonly string[], _options: object, command: Command) => {
      const fault = readFault(name, fields);
      using session = openSession(command, defaultAddress.device);
      await session.connection
        .client(DeviceServiceDefinition)
        .misbehave({ fault }, { signal: session.signal });
      printLine(session.json ? jsonText({ armed: name }) : `armed ${name}`);
    });
}

/** `device heal`. */
export function deviceHealCommand(): Command {
  return new Command('heal')
    .description('disarm every fault and release what they hold')
    .action(async (_options: object, command: Command) => {
      using session = openSession(command, defaultAddress.device);
      const { disarmed } = await session.connection
        .client(DeviceServiceDefinition)
        .heal({}, { signal: session.signal });
      printLine(session.json ? jsonText({ disarmed }) : `disarmed ${disarmed} faults`);
    });
}
