// What every command works with: a connection made of the global options, a signal that Ctrl-C gives, and how to print.

import { type ClientIdentity, type ClientSecurity, type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Command, Option } from 'commander';
import { readAddress } from './address.ts';
import { readDuration } from './duration.ts';
import { UsageError } from './failure.ts';

/** Where services are when nothing else is said. */
export const defaultAddress = {
  datastore: '127.0.0.1:57400',
  device: '127.0.0.1:57401',
  region: '127.0.0.1:3379',
  nsp: '127.0.0.1:7778',
  tap: '127.0.0.1:7780',
  loadBalancer: '127.0.0.1:7781',
} as const;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly address?: readonly string[];
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly skipVerify?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

const addressMeaning = 'the service to call, or unix:/path';

/** What --address is to the commands of one service. */
export function addressText(service: keyof typeof defaultAddress): string {
  const fallback = `default: ${defaultAddress[service]}`;
  // The variable is a datastore's.
  return `${addressMeaning} (${service === 'datastore' ? `${fallback}, env: SYNCLINE_ADDRESS` : fallback})`;
}

/** Adds the global options; they may stand before or behind a command. */
export function addGlobalOptions(program: Command): Command {
  const option = (flags: string, description: string) => new Option(flags, description);
  const tls = (flags: string, description: string) => option(flags, description).implies({ tls: true });
  return program
    .addOption(
      option(
        '-a, --address <host:port>',
        `${addressMeaning} (default: ${defaultAddress.datastore}; of device commands: ` +
          `${defaultAddress.device}, region: ${defaultAddress.region}, nsp: ${defaultAddress.nsp}, ` +
          `tap: ${defaultAddress.tap}, lb: ${defaultAddress.loadBalancer})`,
      )
        .argParser(readAddress)
        .env('SYNCLINE_ADDRESS'),
    )
    .addOption(option('--tls', 'use TLS; the other TLS options imply it').env('SYNCLINE_TLS'))
    .addOption(tls('--ca <file>', 'certificates to trust instead of the well-known ones').env('SYNCLINE_CA'))
    .addOption(tls('--cert <file>', 'certificate of this client, with --key').env('SYNCLINE_CERT'))
    .addOption(tls('--key <file>', 'key of the certificate').env('SYNCLINE_KEY'))
    .addOption(tls('--server-name <name>', 'the name that the certificate of the server carries'))
    .addOption(tls('--skip-verify', 'accept any certificate'))
    .addOption(option('-u, --username <name>', 'sent with each call').env('SYNCLINE_USERNAME'))
    .addOption(option('-p, --password <text>', 'sent with each call').env('SYNCLINE_PASSWORD'))
    .addOption(option('--token <text>', 'sent with each call as bearer token').env('SYNCLINE_TOKEN'))
    .addOption(
      option('--timeout <duration>', 'how long a call may take that does not stream')
        .argParser(readDuration)
        .default(10_000, '10s'),
    )
    .addOption(option('--json', 'print JSON, one value a line; 64-bit numbers have all their digits'));
}

/** A connection for one command. Disposing it closes the connection. */
export interface Session extends Disposable {
  readonly connection: Connection;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** How long a call may take that does not stream. */
  readonly timeoutMs: number;
  readonly json: boolean;
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

const called: string[] = [];

/** The addresses that the command has connected to. */
export function calledAddresses(): readonly string[] {
  return called;
}

/** Connects as the command's options say. Throws PemError for a file that cannot be used, and UsageError. */
export function openSession(command: Command, fallback: string = defaultAddress.datastore): Session {
  const [address, ...others] = addressesOf(command, fallback);
  if (address === undefined || others.length > 0)
    throw new UsageError(`one --address is needed here, ${others.length + 1} are given`);
  return sessionAt(command, address);
}

/** Connects to every address that is given, by address. Throws like openSession. */
export function openSessions(command: Command, fallback: string): ReadonlyMap<string, Session> & Disposable {
  const sessions = new Map(
    addressesOf(command, fallback).map((address) => [address, sessionAt(command, address)]),
  );
  return Object.assign(sessions, {
    [Symbol.dispose]() {
      for (const session of sessions.values()) session[Symbol.dispose]();
    },
  });
}

function sessionAt(command: Command, address: string): Session {
  const options: GlobalOptions = command.optsWithGlobals();
  called.push(address);
  const connection = connect(address, {
    security: securityOf(options),
    identity: identityOf(options),
    // A Get may be larger than what gRPC clients accept by default; the server has a bound of its own.
    maxReceiveBytes: -1,
    defaultDeadlineMs: options.timeout,
  });
  return {
    connection,
    signal: interrupted.signal,
    timeoutMs: options.timeout,
    json: options.json === true,
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

/** SYNCLINE_ADDRESS is a datastore's: other services are called elsewhere unless --address says so. */
function addressesOf(command: Command, fallback: string): readonly string[] {
  const { address }: GlobalOptions = command.optsWithGlobals();
  const isFromEnvironment = command.getOptionValueSourceWithGlobals('address') === 'env';
  const isElsewhere = isFromEnvironment && fallback !== defaultAddress.datastore;
  return address === undefined || isElsewhere ? [fallback] : address;
}

function securityOf({ tls, ca, cert, key, serverName, skipVerify }: GlobalOptions): ClientSecurity {
  if (tls !== true) return { kind: 'plaintext' };
  return {
    kind: 'tls',
    ...(ca !== undefined && { caFile: ca }),
    ...(cert !== undefined && { certFile: cert }),
    ...(key !== undefined && { keyFile: key }),
    ...(serverName !== undefined && { serverName }),
    skipVerify: skipVerify === true,
  };
}

function identityOf({ username, password, token }: GlobalOptions): ClientIdentity {
  if (token !== undefined) return { kind: 'bearer', token };
  if (username === undefined && password === undefined) return { kind: 'none' };
  return { kind: 'password', username: username ?? '', password: password ?? '' };
}
