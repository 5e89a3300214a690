// The `syncline` command line as a whole.

import { Command, Help } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { completionCommand } from './command/completion.ts';
import { deviceCommand } from './command/device.ts';
import { dsCommand } from './command/ds.ts';
import { getCommand } from './command/get.ts';
import { lbCommand } from './command/lb.ts';
import { nspCommand } from './command/nsp.ts';
import { regionCommand } from './command/region.ts';
import { subscribeCommand } from './command/subscribe.ts';
import { tapCommand } from './command/tap.ts';
import { addGlobalOptions, addressText } from './session.ts';

/** Every command. Parsing throws CommanderError where commander would end the process. */
export function createProgram(): Command {
  const program = addGlobalOptions(new Command('syncline'))
    .description('Syncline keeps copies of state in step. This command talks to its services.')
    .version(manifest.version)
    .addCommand(dsCommand())
    .addCommand(getCommand())
    .addCommand(subscribeCommand())
    .addCommand(deviceCommand())
    .addCommand(regionCommand())
    .addCommand(tapCommand())
    .addCommand(nspCommand())
    .addCommand(lbCommand());
  program.addCommand(completionCommand(program));
  prepare(program);
  for (const command of program.commands) tellAddress(command, services[command.name()]);
  return program;
}

/** The service that the commands below each of these call. */
const services: Readonly<Record<string, Parameters<typeof addressText>[0]>> = {
  ds: 'datastore',
  get: 'datastore',
  subscribe: 'datastore',
  device: 'device',
  region: 'region',
  tap: 'tap',
  nsp: 'nsp',
  lb: 'loadBalancer',
};

/** Lets the help of a command, and of those below it, say the default of its own service alone. */
function tellAddress(command: Command, service: (typeof services)[string] | undefined): void {
  if (service === undefined) return;
  const usual = new Help();
  command.configureHelp({
    showGlobalOptions: true,
    optionDescription: (option) =>
      option.long === '--address' ? addressText(service) : usual.optionDescription(option),
  });
  for (const sub of command.commands) tellAddress(sub, service);
}

/** What commander does not hand down to commands that are added ready-made. */
function prepare(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows what there is)');
  command.configureHelp({ showGlobalOptions: true });
  if (command.commands.length > 0) command.on('beforeHelp', () => refuseUnknown(command));
  for (const sub of command.commands) prepare(sub);
}

/** `syncline nonsense --help` is as little known as `syncline nonsense`; commander would help with what it knows. */
function refuseUnknown(command: Command): void {
  const [name] = command.args[0] === 'help' ? command.args.slice(1) : command.args;
  if (name === undefined || name.startsWith('-')) return;
  const isKnown = command.commands.some((sub) => sub.name() === name || sub.aliases().includes(name));
  if (!isKnown) command.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' });
}
