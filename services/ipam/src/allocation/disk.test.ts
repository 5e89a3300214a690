// A disk that refuses, and one that does not say what it did.

import { expect, test } from 'vitest';
import type { Change } from '../tree/rows.ts';
import { AllocatorUnderTest, child } from './allocator.fixture.ts';
import { StoreRefusedError, StoreUnsureError, type TreeStore } from './tree-store.ts';

/** What the disk does instead of its work: refuses; does not do it, or does it, and does not say so. */
type Fault = 'full' | 'lost' | 'late';

/** A disk that has the fault that is set. */
class FaultyDisk {
  fault: Fault | undefined;
  readonly calls: string[] = [];

  between(store: TreeStore): TreeStore {
    return {
      load: () => this.#call('load', () => store.load()),
      apply: (changes: readonly Change[]) => this.#call('apply', () => store.apply(changes)),
      probe: () => this.#call('probe', () => store.probe()),
    };
  }

  async #call<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    this.calls.push(name);
    if (this.fault === undefined || (this.fault === 'full' && name === 'load')) return work();
    if (this.fault === 'full') throw new StoreRefusedError('the disk is full');
    if (this.fault === 'late') await work();
    throw new StoreUnsureError('no answer');
  }
}

async function startOn(disk: FaultyDisk): Promise<AllocatorUnderTest> {
  return AllocatorUnderTest.start({ between: (store) => disk.between(store) });
}

test('a full disk refuses what is new and changes nothing, and what is held is answered', async () => {
  const disk = new FaultyDisk();
  await using ipam = await startOn(disk);
  await ipam.address(child('a'));
  disk.fault = 'full';
  const [held, refused] = await Promise.allSettled([ipam.address(child('a')), ipam.address(child('b'))]);
  expect(held).toMatchObject({ value: '169.255.0.1' });
  expect(refused).toMatchObject({ reason: new StoreRefusedError('the disk is full') });
  await expect(ipam.address(child('c', { node: 'n2' }))).rejects.toThrow('the disk is full');
  await expect(ipam.allocator.release(child('a'))).rejects.toThrow('the disk is full');
  expect(ipam.allocator.holdings.tree.size).toBe(3);
  expect(ipam.allocator.diskError?.message).toBe('the disk is full');
  disk.fault = undefined;
  expect(await ipam.address(child('d'))).toBe('169.255.0.2');
  expect(ipam.allocator.diskError).toBeUndefined();
});

test('a disk that refused is asked again, with pauses, until it works; its beginning and its end are told once', async () => {
  const disk = new FaultyDisk();
  await using ipam = await startOn(disk);
  disk.fault = 'full';
  await expect(ipam.address(child('a'))).rejects.toThrow('the disk is full');
  disk.calls.length = 0;
  await ipam.pass(200 + 400 + 800);
  expect(disk.calls).toEqual(['probe', 'probe', 'probe']);
  expect(ipam.diskTurns).toEqual(['the disk is full']);
  disk.fault = undefined;
  await ipam.pass(1_600);
  expect(ipam.allocator.diskError).toBeUndefined();
  expect(ipam.diskTurns).toEqual(['the disk is full', 'works']);
});

test('an address whose release is over is taken back when the disk works again, not before', async () => {
  const disk = new FaultyDisk();
  await using ipam = await startOn(disk);
  await ipam.address(child('a'));
  await ipam.allocator.release(child('a'));
  disk.fault = 'full';
  await ipam.pass(60_000);
  expect(ipam.allocator.holdings.tree.size).toBe(3);
  disk.fault = undefined;
  await ipam.pass(5_000);
  expect(ipam.allocator.holdings.tree.size).toBe(2);
});

test.for(['lost', 'late'] as const)(
  'after a commit of which nobody knows (%s) all is read again before anything is answered',
  async (fault) => {
    const disk = new FaultyDisk();
    await using ipam = await startOn(disk);
    await ipam.address(child('a'));
    disk.fault = fault;
    await expect(ipam.address(child('b'))).rejects.toThrow(StoreUnsureError);
    const asked = ipam.address(child('c'));
    await ipam.pass(1_000);
    disk.fault = undefined;
    await ipam.pass(5_000);
    expect(await asked).toBe(fault === 'late' ? '169.255.0.3' : '169.255.0.2');
    expect(await ipam.address(child('b'))).toBe(fault === 'late' ? '169.255.0.2' : '169.255.0.3');
    expect(await ipam.address(child('a'))).toBe('169.255.0.1');
  },
);
