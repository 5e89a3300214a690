// `make up`: starts the services of up/service-table.ts, creates the datastore `local` on top of the device, opens the
// streams of the example trench, and shows what happens there and how far the copies of the regions are. Ctrl-C stops
// everything; a second Ctrl-C does not wait.

import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { makeFolder } from '@syncline/rpc/folder.ts';
import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { ClientError } from 'nice-grpc-common';
import { ServiceEndedError } from './up/child.ts';
import { Children, type Ports } from './up/children.ts';
import { DataLock } from './up/data-lock.ts';
import { hints } from './up/hints.ts';
import { connectTo, ensureLocal, localName, watchLocal } from './up/local.ts';
import { noticeOf } from './up/log-record.ts';
import { PlainView, print } from './up/plain-view.ts';
import { watchMember } from './up/region-members.ts';
import { regionMembers, services } from './up/service-table.ts';
import { openStreams, watchTap } from './up/streams.ts';
import { TerminalView } from './up/terminal-view.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
const interrupted = 130;
const plaintext = { security: { kind: 'plaintext' } } as const;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Children that are left are killed by the exit.
    if (stop.signal.aborted) process.exit(interrupted);
    stop.abort();
  });
}

try {
  await main();
} catch (error) {
  fail(error);
}

async function main(): Promise<void> {
  const data = makeFolder(resolve(repository, process.env['SYNCLINE_DATA'] || '.syncline'), dataVariable);
  const env = { ...process.env, SYNCLINE_DATA: data };
  // What a service says before it serves is told if it fails.
  let complain = (_text: string) => {};
  await using stack = new AsyncDisposableStack();
  // Let go of when the services are gone.
  stack.use(new DataLock(data));
  // Below the services on the stack: it is said when they are gone.
  stack.defer(() => print('stopped'));
  const children = stack.use(
    new Children(env, (service, record) => {
      const notice = stop.signal.aborted ? undefined : noticeOf(record);
      if (notice !== undefined) complain(`${service}: ${notice}`);
    }),
  );
  print(`starting ${services.map(({ name }) => name).join(', ')}; data in ${data}`);
  try {
    await present(children, env, (shown) => {
      complain = shown;
    });
  } catch (error) {
    // Before the others are stopped, so that the cause comes first.
    fail(error);
  }
}

/** Says why everything is stopped, unless it was told to stop. What the services say from then on follows from it. */
function fail(error: unknown): void {
  if (stop.signal.aborted) return;
  stop.abort();
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ServiceEndedError ? error.exitCode : 1;
}

/**
 * Starts the services and shows what happens there. Rejects when one of them fails, or at the stop; `complaints` is told
 * where complaints go from now on.
 */
async function present(
  children: Children,
  env: NodeJS.ProcessEnv,
  complaints: (shown: (text: string) => void) => void,
): Promise<void> {
  using stack = new DisposableStack();
  const ports = await orStop(children.start(services));
  const connection = stack.use(connectTo(portOf(ports, 'datastore'), env));
  const kept = await orStop(ensureLocal(connection, portOf(ports, 'device'), env, stop.signal));
  print(`${localName}: ${kept === 'kept' ? 'goes on from what is on disk' : 'created'}`);

  const tap = stack.use(connect(`127.0.0.1:${portOf(ports, 'tap')}`, plaintext));
  await orStop(openStreams(tap, stop.signal));

  const names = regionMembers.map(({ name }) => name);
  const view = stack.use(
    process.stdout.isTTY ? new TerminalView(names, hints(ports)) : new PlainView(names, ports, hints(ports)),
  );
  complaints((text) => view.complaint(text));
  if (view instanceof TerminalView) void followAgain(view, connection);
  const members = names.map(async (name) => {
    const member = stack.use(connect(`127.0.0.1:${portOf(ports, name)}`, plaintext));
    await show(watchMember(member, stop.signal), (status) => view.member(name, status));
  });
  const local = show(watchLocal(connection, stop.signal), (status) => view.local(status));
  const streams = show(watchTap(tap, stop.signal), (dump) => view.tap(dump));
  await orStop(Promise.race([children.failed, local, streams, ...members]));
}

async function show<Status>(watched: AsyncIterable<Status>, shown: (status: Status) => void): Promise<void> {
  try {
    for await (const status of watched) shown(status);
  } catch (error) {
    // When the service has ended, its own last words say more; they take a moment.
    await delay(1_000, undefined, { ref: false, signal: stop.signal });
    throw error;
  }
}

/** A stream that ends (the datastore's core was restarted) is opened again. Never rejects. */
async function followAgain(view: TerminalView, connection: Connection): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await view.follow(connection, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) view.complaint(error instanceof ClientError ? error.details : String(error));
    }
    await delay(1_000, undefined, { ref: false });
  }
}

/** What `promise` gives; rejects with the signal's reason as soon as everything is to stop. */
async function orStop<T>(promise: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onStop = () => reject(stop.signal.reason as Error);
  if (stop.signal.aborted) onStop();
  stop.signal.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    stop.signal.removeEventListener('abort', onStop);
  }
}

function portOf(ports: Ports, service: string): number {
  const port = ports.get(service);
  if (port === undefined) throw new Error(`${service} is not in the service table`);
  return port;
}
