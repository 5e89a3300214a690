// A11, the NSP's half: what happens to the watchers when the file changes, in every way a file can.

import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NspAdminServiceDefinition } from '@syncline/proto/nsp-admin.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { Status as Code } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { aTarget, demo, first, NspUnderTest, trench, Watch } from './nsp-under-test.ts';

const text = await readFile(demo, 'utf8');
const withoutDns = text
  .replace(/ {4}- name: dns\n {6}conduit: edge\n.*\n/, '')
  .replace(/ {4}- name: dns\n {6}stream: dns\n(?: {6}.*\n)+/, '');

const watchStreams = (nsp: NspUnderTest) =>
  new Watch((options) => nsp.configuration.watchStream({ conduit: { name: 'edge', trench } }, options));

const names = ({ streams }: { readonly streams: readonly { readonly name: string }[] }) =>
  streams.map(({ name }) => name).join(' ');

test('A11: a stream that is removed from the file is gone for its watchers within a second, and back when it is', async () => {
  await using nsp = await NspUnderTest.start(text);
  using streams = watchStreams(nsp);
  using flows = new Watch((options) =>
    nsp.configuration.watchFlow({ stream: { name: 'dns', conduit: { name: 'edge', trench } } }, options),
  );
  await streams.until('both streams', (message) => names(message) === 'web dns');
  await flows.until('the flow', (message) => message.flows.length === 1);
  await nsp.write(withoutDns);
  await streams.until('no dns', (message) => names(message) === 'web', 1_000);
  await flows.until('no flow', (message) => message.flows.length === 0, 1_000);
  await nsp.write(text);
  await streams.until(
    'dns again',
    (message) => message === streams.last && names(message) === 'web dns',
    1_000,
  );
  expect(streams.received.map(names)).toEqual(['web dns', 'web', 'web dns']);
});

test('A11: a malformed file leaves everything as it was, and Status, log, metric and nobody’s watch tell of it', async () => {
  await using nsp = await NspUnderTest.start(text);
  using streams = watchStreams(nsp);
  await streams.until('both streams', (message) => names(message) === 'web dns');
  await nsp.write(text.replace('max-targets: 10\n', 'max-targets: 10001\n'));
  const { configuration } = await nsp.becomes(
    'the refusal',
    (status) => status.configuration?.lastError !== undefined,
  );
  const line = text.split('\n').indexOf('      max-targets: 10') + 1;
  expect(configuration?.lastError?.message).toContain(
    `line ${line}: streams.items[2].max-targets "10001": must be a whole number from 1 to 10000`,
  );
  expect(configuration).toMatchObject({ revision: 1n, streams: 3 });
  expect(await readMetric(nsp.service.adminPort, 'nsp_configuration_stale')).toBe(1);
  expect(nsp.service.logs.join('\n')).toContain('"configuration refused"');
  expect(await nsp.readiness()).toEqual({ ready: true });
  expect(names(await first(nsp.configuration.watchStream({ conduit: { name: 'edge', trench } })))).toBe(
    'web dns',
  );
  await nsp.write(text);
  await nsp.becomes('the file being well', (status) => status.configuration?.lastError === undefined);
  expect(await readMetric(nsp.service.adminPort, 'nsp_configuration_stale')).toBe(0);
  expect(streams.received.length).toBe(1);
});

test.each([
  ['deleted', undefined],
  ['empty', ''],
  ['half of it', text.slice(0, text.length / 2 - 7)],
] as const)('A11: a file that is %s leaves everything as it was, also over a restart', async (_, broken) => {
  await using nsp = await NspUnderTest.start(text);
  await nsp.write(broken);
  await nsp.becomes('the refusal', (status) => status.configuration?.lastError !== undefined);
  await nsp.kill();
  await nsp.restart();
  const { configuration } = await nsp.status();
  expect(configuration).toMatchObject({ streams: 3, flows: 3, vips: 6 });
  expect(configuration?.lastError?.message).not.toBe('');
  expect(await nsp.readiness()).toEqual({ ready: true });
});

test('without any configuration nobody is told that there is nothing: UNAVAILABLE with the reason, and not ready', async () => {
  await using nsp = await NspUnderTest.start(undefined);
  await expect(first(nsp.configuration.watchConduit({ trench }))).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
    details: `there is no configuration: ${nsp.file}: there is no such file`,
  });
  expect(await nsp.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringContaining('no such file') as string,
  });
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  await nsp.write(text);
  await nsp.becomes('the configuration', (status) => status.configuration?.revision === 1n);
  expect((await first(nsp.configuration.watchConduit({ trench }))).conduits.length).toBe(2);
  expect(await nsp.readiness()).toEqual({ ready: true });
});

test('Status has what leads nowhere, the first hundred and how many there are', async () => {
  const flow = (i: number) => `    - { name: f${i}, stream: nowhere, vips: [] }\n`;
  const flows = Array.from({ length: 130 }, (_, i) => flow(i)).join('');
  await using nsp = await NspUnderTest.start(`trench: { name: trench-a }\nflows:\n  items:\n${flows}`);
  const { configuration } = await nsp.status();
  expect(configuration).toMatchObject({ revision: 1n, flows: 0, danglingCount: 130 });
  expect(configuration?.dangling).toHaveLength(100);
  expect(configuration?.dangling.at(-1)).toBe(
    'line 103: flows.items[99].stream "nowhere": no such stream, so this is left out',
  );
  await nsp.write(text);
  const mended = await nsp.becomes('the other file', (status) => status.configuration?.revision === 2n);
  expect(mended.configuration).toMatchObject({ dangling: [], danglingCount: 0 });
});

test('WatchStatus tells the state at once, again when it is another, and nothing in between', async () => {
  await using nsp = await NspUnderTest.start(text);
  using states = new Watch((options) =>
    nsp.connection.client(NspAdminServiceDefinition).watchStatus({ intervalMs: 100 }, options),
  );
  await states.until('the first', ({ status }) => status?.configuration?.revision === 1n);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(states.received.length).toBe(1);
  await nsp.write(withoutDns);
  await states.until('the second', ({ status }) => status?.configuration?.streams === 2);
  await nsp.registry.register(aTarget('10.0.0.1/24'));
  const { status } = await states.until('the target', (message) => message.status?.targets?.disabled === 1);
  expect(status?.configuration).toMatchObject({
    revision: 2n,
    path: nsp.file,
    trenches: 1,
    flows: 2,
    vips: 6,
  });
});

test('a mounted ConfigMap that is replaced is taken, and so is a file that is written in place', async () => {
  await using directory = await tempDir('configmap');
  const at = (...parts: string[]) => join(directory.path, ...parts);
  for (const [version, content] of [
    ['..1', text],
    ['..2', withoutDns],
  ] as const) {
    await mkdir(at(version));
    await writeFile(at(version, 'trench.yaml'), content);
  }
  await symlink('..1', at('..data'));
  await symlink('..data/trench.yaml', at('trench.yaml'));
  await using nsp = await NspUnderTest.start(undefined, { configuration: at('trench.yaml'), poll: '1h' });
  using streams = watchStreams(nsp);
  await streams.until('both streams', (message) => names(message) === 'web dns');
  await symlink('..2', at('..data_tmp'));
  await rename(at('..data_tmp'), at('..data'));
  await streams.until('no dns', (message) => names(message) === 'web');
  await rm(at('trench.yaml'));
  await writeFile(at('trench.yaml'), text);
  await streams.until('dns again', (message) => message === streams.last && names(message) === 'web dns');
});

test('a thousand changes of the file in a row end in the last one, and no watcher sees a torn one', async () => {
  await using nsp = await NspUnderTest.start(text);
  using streams = watchStreams(nsp);
  await streams.until('both streams', (message) => names(message) === 'web dns');
  for (let n = 0; n < 1_000; n++) await writeFile(nsp.file, n % 2 === 0 ? text : withoutDns);
  await streams.until('the last', (message) => message === streams.last && names(message) === 'web');
  expect(new Set(streams.received.map(names))).toEqual(new Set(['web dns', 'web']));
});
