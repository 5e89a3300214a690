// `syncline ds create`: a datastore that follows a device.

import {
  CreateDataStoreRequest,
  DataServerDefinition,
  type SyncConfig,
  SyncMode,
  type Target,
} from '@syncline/proto/data.ts';
import { Command, Option } from 'commander';
import { ClientError, Status } from 'nice-grpc-common';
import { collect } from '../collect.ts';
import { readDuration } from '../duration.ts';
import { jsonText, printLine } from '../print.ts';
import { openSession } from '../session.ts';

// The service's number for TARGET_DEFINED, which data.SyncMode has no name for.
const syncModes = {
  'on-change': SyncMode.SM_ON_CHANGE,
  sample: SyncMode.SM_SAMPLE,
  'target-defined': 20_000,
  once: SyncMode.SM_ONCE,
  get: SyncMode.SM_GET,
} as const;

interface Options {
  readonly target: string;
  readonly encoding?: string;
  readonly path?: readonly string[];
  readonly mode: keyof typeof syncModes;
  readonly interval: number;
  readonly targetName?: string;
  readonly targetUsername?: string;
  readonly targetPassword?: string;
  readonly targetToken?: string;
  readonly targetTls?: boolean;
  readonly targetCa?: string;
  readonly targetCert?: string;
  readonly targetKey?: string;
  readonly targetSkipVerify?: boolean;
  readonly keep?: boolean;
}

/** The command. */
export function dsCreateCommand(): Command {
  const tls = (flags: string, description: string) =>
    new Option(flags, description).implies({ targetTls: true });
  return new Command('create')
    .summary('create a datastore that follows a device')
    .description(
      'Creates a datastore and begins to follow its device. It returns before the device is reached; ' +
        '`syncline ds watch` shows how far it is. Files are read by the datastore, on its machine.',
    )
    .argument('<name>', 'the name of the datastore, which gNMI clients give as target')
    .requiredOption('-t, --target <host:port>', 'the device')
    .addOption(
      new Option('--encoding <name>', 'ask the device for this encoding instead of the best it has').choices([
        'json',
        'json_ietf',
        'proto',
      ]),
    )
    .addOption(
      new Option('--path <path>', 'what to follow of the device; may be repeated (default: /)').argParser(
        collect,
      ),
    )
    .addOption(
      new Option('--mode <mode>', 'how the device is followed')
        .choices(Object.keys(syncModes))
        .default('on-change'),
    )
    .addOption(
      new Option('--interval <duration>', 'between samples, or between Gets')
        .argParser(readDuration)
        .default(0, "the datastore's own"),
    )
    .option('--target-name <name>', 'prefix.target that the device expects')
    .option('--target-username <name>', 'sent to the device')
    .addOption(new Option('--target-password <text>', 'sent to the device').env('SYNCLINE_TARGET_PASSWORD'))
    .addOption(new Option('--target-token <text>', 'sent to the device').env('SYNCLINE_TARGET_TOKEN'))
    .option('--target-tls', 'use TLS to the device; the other TLS options imply it')
    .addOption(tls('--target-ca <file>', 'certificates to trust'))
    .addOption(tls('--target-cert <file>', 'certificate to show the device, with --target-key'))
    .addOption(tls('--target-key <file>', 'key of the certificate'))
    .addOption(tls('--target-skip-verify', 'accept any certificate of the device'))
    .option('--keep', 'leave a datastore of this name as it is, and succeed')
    .action(async (name: string, options: Options, command: Command) => {
      using session = openSession(command);
      const client = session.connection.client(DataServerDefinition);
      try {
        await client.createDataStore(requestOf(name, options), { signal: session.signal });
        printLine(session.json ? jsonText({ created: name }) : `created ${name}`);
      } catch (error) {
        if (options.keep !== true || !isThere(error)) throw error;
        printLine(session.json ? jsonText({ kept: name }) : `kept ${name}`);
      }
    });
}

function isThere(error: unknown): boolean {
  return error instanceof ClientError && error.code === Status.ALREADY_EXISTS;
}

function requestOf(name: string, options: Options): CreateDataStoreRequest {
  const { path = ['/'], mode, interval } = options;
  const sync: SyncConfig = {
    name: 'default',
    target: undefined,
    path: [...path],
    mode: syncModes[mode] as SyncMode,
    interval: BigInt(interval) * 1_000_000n,
  };
  return CreateDataStoreRequest.create({
    datastoreName: name,
    target: targetOf(options),
    sync: { config: [sync] },
  });
}

function targetOf(options: Options): Partial<Target> {
  const { target: address, encoding = '', targetName = '' } = options;
  const { targetUsername: username = '', targetPassword: password = '', targetToken: token = '' } = options;
  const { targetCa: ca = '', targetCert: cert = '', targetKey: key = '', targetSkipVerify = false } = options;
  return {
    type: 'gnmi',
    address,
    tls: options.targetTls === true ? { ca, cert, key, skipVerify: targetSkipVerify } : undefined,
    credentials: username || password || token ? { username, password, token } : undefined,
    protocolOptions: { $case: 'gnmiOpts', value: { encoding, targetName } },
  };
}
