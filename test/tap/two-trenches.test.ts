// A tap that leaves one trench for another: two of everything, found by the places in the addresses.

import { createServer, connect as dial, type Server } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { api, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

const trenches = ['north', 'south'] as const;

/** The streams, in this trench. */
const streamsOf = (trench: string) => [web, api].map((stream) => ({ ...stream, trench }));

test('two trenches with an NSP and a proxy each: a tap is in one of them at a time, and leaves nothing in the other (A9)', async () => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('trenches'));
  const [north, south] = await Promise.all(
    trenches.map(async (name) => stack.use(await TrenchUnderTest.start(name, streamsOf(name)))),
  );
  if (north === undefined || south === undefined) throw new Error('no trenches');
  for (const trench of [north, south]) {
    stack.use(await socketTo(trench.nsp.port, join(dir.path, `${trench.name}.nsp`)));
    stack.use(await socketTo(trench.proxy.port, join(dir.path, `${trench.name}.proxy`)));
  }
  const inDir = (socket: string) => `unix:${join(dir.path, socket)}`;
  const neighbours = { nsp: inDir('{trench}.nsp'), proxy: inDir('{trench}.proxy') };
  const tap = stack.use(await TapUnderTest.start('target-1', neighbours));

  let left = south;
  for (const entered of [north, south, north]) {
    const streams = streamsOf(entered.name);
    const [first, ...others] = streams;
    if (first === undefined) throw new Error('no streams');
    await until(() => tap.open(first).then(() => true), {
      deadlineMs: 1_000,
      everyMs: 2,
      describe: `an Open in ${entered.name}`,
    });
    for (const stream of others) await tap.open(stream);
    await tap.shows(all(streams, 'OPEN'));
    await entered.targets.become('a target for each stream', (now) => now.length === streams.length);
    expect((await entered.proxyStatus()).connections).toHaveLength(2);
    await left.targets.become('an empty registry', (now) => now.length === 0, 1_000);
    expect((await left.proxyStatus()).connections).toEqual([]);

    for (const stream of streamsOf(left.name))
      await expect(tap.open(stream)).rejects.toMatchObject({ code: Status.FAILED_PRECONDITION });
    await tap.shows(all(streams, 'OPEN'));
    for (const stream of streams) await tap.close(stream);
    left = entered;
  }
  await tap.idle();
  for (const trench of [north, south]) {
    await trench.targets.become('an empty registry', (now) => now.length === 0);
    expect((await trench.proxyStatus()).connections).toEqual([]);
    expect(trench.targets.problems(100, vips)).toEqual([]);
  }
});

/** A unix socket that leads to a port, for an address that a name can be part of. */
async function socketTo(port: number, path: string): Promise<Server> {
  const server = createServer((client) => {
    const target = dial(port, '127.0.0.1');
    pipeline(client, target, client).catch(() => undefined);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(path, resolve);
  await promise;
  return server;
}
