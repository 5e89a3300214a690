// A process may be killed anywhere in its store: the next one finds every record that it was told is durable, and
// exactly what the records up to its index lead to (V2, F1, F5, F6).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexOf, termOf } from '../log/index.ts';
import { RegionModel } from '../regions/regions.fixture.ts';
import { blocks, Disk, openReplica, shown } from './replica.fixture.ts';
import { killedFollowing, killedRecord, killedRecords, killedSnapshot } from './replica-kill.fixture.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'killed-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What the records before `index` lead to. */
function stateAt(index: number): string[] {
  const model = new RegionModel();
  if (termOf(index) === 1) {
    for (let at = 0; indexOf(1, at) < index; at++) {
      const region = killedRecord(at);
      if (region !== undefined) model.put(region, 0);
    }
  } else {
    for (const region of killedSnapshot.regions) model.put(region, 0);
    for (const region of killedFollowing.slice(0, index - killedSnapshot.index)) model.put(region, 0);
  }
  return blocks(model.regions);
}

/** Runs the process to its end. Gives the last index that it was told is durable. */
async function run(
  failpoints: string,
  checkpointRecords: number,
): Promise<{ durable: number; killed: boolean }> {
  const script = fileURLToPath(new URL('./replica-kill.fixture.ts', import.meta.url));
  const args = [script, directory, failpoints, String(checkpointRecords)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { durable: Number(said.trimEnd().split('\n').at(-1)), killed: child.signalCode === 'SIGKILL' };
}

test.each([
  'log.append.before-commit=kill@1',
  'log.append.before-commit=kill@9',
  'log.append.after-commit=kill@1',
  'log.append.after-commit=kill@9',
  'generation.piece=kill@1',
  'generation.before-flip=kill@1',
  'generation.after-flip=kill@1',
  'generation.after-flip=kill@2',
  'trim=kill@1',
  'sweep=kill@1',
  'sweep=kill@3',
])('while it leads and writes checkpoints, at %s', async (failpoint) => {
  const { durable, killed } = await run(failpoint, 40);
  expect(killed).toBe(true);
  using disk = new Disk({}, directory);
  const { replica } = await openReplica(disk);
  expect(replica.next).toBeGreaterThanOrEqual(durable);
  expect(shown(replica.regions)).toEqual(stateAt(replica.next));
  expect(replica.applied).toBeLessThanOrEqual(replica.next);
});

test('before its first term is kept, there is nothing', async () => {
  expect(await run('term.start=kill@1', 40)).toMatchObject({ killed: true });
  using disk = new Disk({}, directory);
  expect((await openReplica(disk)).replica.source).toEqual({ kind: 'none' });
});

test.each([
  ['generation.piece=kill@1', indexOf(1, killedRecords)],
  ['generation.piece=kill@2', indexOf(1, killedRecords)],
  ['generation.before-flip=kill@1', indexOf(1, killedRecords)],
  ['generation.after-flip=kill@1', killedSnapshot.index],
  ['sweep=kill@2', killedSnapshot.index],
])('while it takes a snapshot, at %s, it is there whole or not at all', async (failpoint, next) => {
  expect(await run(failpoint, 1_000)).toMatchObject({ killed: true });
  using disk = new Disk({}, directory);
  const { replica } = await openReplica(disk);
  expect(replica.next).toBeGreaterThanOrEqual(next);
  expect(termOf(replica.next)).toBe(termOf(next));
  expect(shown(replica.regions)).toEqual(stateAt(replica.next));
});

test.each([40, 1_000])(
  'what nobody kills comes to its end, with a checkpoint each %d records',
  async (records) => {
    expect(await run('', records)).toEqual({
      durable: killedSnapshot.index + killedFollowing.length,
      killed: false,
    });
    using disk = new Disk({}, directory);
    const { replica } = await openReplica(disk);
    expect(shown(replica.regions)).toEqual(stateAt(replica.next));
  },
);
