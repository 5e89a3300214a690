import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Registry } from './registry.ts';
import { ScriptedStore } from './scripted-store.fixture.ts';
import { aTarget, web } from './target.fixture.ts';
import type { Target } from './target.ts';

const lifeMs = 60_000;
const everything = {
  status: 'any',
  type: 'default',
  stream: { trench: '', conduit: '', stream: '' },
} as const;

/** A registry that runs until the test ends. */
function running(
  options: { rows?: readonly Target[]; targets?: number; perStream?: number; pending?: number } = {},
) {
  const clock = new VirtualClock();
  let suspendedMs = 0;
  const store = new ScriptedStore(options.rows);
  let changes = 0;
  const diskTurns: string[] = [];
  const registry = new Registry(
    {
      store,
      clock: {
        monotonic: () => clock.monotonic() + suspendedMs,
        now: () => clock.now(),
        setTimer: (ms, fire) => clock.setTimer(ms, fire),
      },
      rng: seededRng(1),
      limits: { targets: options.targets ?? 100, targetsPerStream: options.perStream ?? 100 },
      lifeMs,
      pending: options.pending ?? 100,
      commitMs: 10_000,
      retry: { initialMs: 200, maxMs: 5_000 },
      changed: () => changes++,
      diskTurned: (error) => diskTurns.push(error?.message ?? 'works'),
    },
    [...store.rows.values()],
  );
  const ended = registry.run(new Liveness(clock).watch('registry'), new AbortController().signal);
  return {
    clock,
    store,
    registry,
    ended,
    /** What was told of the disk. */
    diskTurns,
    /** How often somebody would be woken. */
    get changes() {
      return changes;
    },
    targets: () => [...registry.matching(everything)],
    status: () => [...registry.matching(everything)].map(({ status }) => status),
    /** Time goes by and no timer fires, as in a process that is stopped. */
    suspend: (ms: number) => (suspendedMs += ms),
    /** Time goes by, and all that follows happens. */
    async step(ms: number) {
      clock.advance(ms);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      registry.end();
      await ended;
      expect(clock.pending).toBe(0);
    },
  };
}

test('I17: who is not known is stored DISABLED whatever was asked for, and enabled by the next call', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
  expect([...it.store.rows.values()].map(({ status }) => status)).toEqual(['disabled']);
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['enabled']);
});

test('who was removed is not known any more', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.registry.register(aTarget());
  await it.registry.unregister(aTarget());
  expect([it.targets(), it.store.rows.size]).toEqual([[], 0]);
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
});

test('calls that come together take effect in their order, those of different targets in one commit', async () => {
  await using it = running();
  const first = it.registry.register(aTarget());
  await Promise.all([
    first,
    it.registry.unregister(aTarget()),
    it.registry.register(aTarget()),
    it.registry.register(aTarget()),
    it.registry.register(aTarget(['10.0.0.9/24'])),
  ]);
  expect(it.status()).toEqual(['disabled', 'enabled']);
  expect(it.store.commits.map((changes) => changes.length)).toEqual([2, 1, 1, 1]);
});

test('removing who is not there is done at once, and nothing is written', async () => {
  await using it = running();
  await it.registry.unregister(aTarget());
  expect([it.store.commits, it.changes]).toEqual([[], 0]);
});

test('a refresh that changes nothing writes nothing and wakes nobody; any change of it does', async () => {
  await using it = running();
  const both = ['172.16.0.5/24', 'fd00::5/64'];
  await it.registry.register(aTarget(both));
  await it.registry.register(aTarget(both));
  const { changes } = it;
  const { length } = it.store.commits;
  for (let n = 0; n < 10; n++) await it.registry.register(aTarget(both));
  expect([it.changes, it.store.commits.length]).toEqual([changes, length]);
  for (const change of [
    aTarget(both.toReversed()),
    aTarget(both, { context: new Map([['identifier', '2']]) }),
    aTarget(both, { status: 'disabled', context: new Map([['identifier', '2']]) }),
  ]) {
    const before = it.changes;
    await it.registry.register(change);
    expect(it.changes).toBe(before + 1);
    expect(it.targets()).toEqual([change]);
  }
});

test('addresses in another order are the same target, and it is told in the order that was sent last', async () => {
  await using it = running();
  await it.registry.register(aTarget(['10.0.0.1/24', '10.0.0.2/24']));
  await it.registry.register(aTarget(['10.0.0.2/24', '10.0.0.1/24']));
  expect(it.targets()).toMatchObject([{ ips: ['10.0.0.2/24', '10.0.0.1/24'], status: 'enabled' }]);
});

test('I17: who is silent is gone after T and before T + 1 s, and its row too', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.step(lifeMs);
  expect(it.targets().length).toBe(1);
  await it.step(999);
  expect([it.targets(), it.store.rows.size, it.registry.expired]).toEqual([[], 0, 1]);
});

test('each call lets it live on, one that changes nothing too', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  for (let n = 0; n < 5; n++) {
    await it.step(lifeMs - 1);
    await it.registry.register(aTarget());
  }
  expect(it.targets().length).toBe(1);
  await it.step(lifeMs + 1_000);
  expect(it.targets()).toEqual([]);
});

test('I17: what a restart finds lives as long as if it had just been heard of', async () => {
  const rows = [aTarget(['10.0.0.1/24']), aTarget(['10.0.0.2/24'])];
  await using it = running({ rows });
  expect(it.targets()).toEqual(rows);
  await it.step(lifeMs);
  await it.registry.register(rows[1] ?? aTarget());
  await it.step(999);
  expect(it.targets()).toEqual([rows[1]]);
});

test('a process that stood still for longer than targets live lets none of them expire unheard', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.step(lifeMs - 10);
  it.suspend(3 * lifeMs);
  await it.step(200);
  expect(it.targets().length).toBe(1);
  await it.step(lifeMs + 800);
  expect(it.targets()).toEqual([]);
});

test('while the disk refuses: callers are told, and nothing changes but that who refreshes lives', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await expect(it.registry.register(aTarget())).rejects.toThrow('the disk refuses: commit: the disk is full');
  await expect(it.registry.register(aTarget(['10.0.0.2/24']))).rejects.toThrow('the disk refuses');
  await expect(it.registry.unregister(aTarget())).rejects.toThrow('the disk refuses');
  expect(it.status()).toEqual(['disabled']);
  expect(it.registry.refusal?.message).toContain('the disk is full');
  await it.registry.register(aTarget(undefined, { status: 'disabled' }));
  it.store.fate = () => 'written';
  await it.step(10_000);
  expect(it.registry.refusal).toBeUndefined();
  expect(it.diskTurns).toEqual([expect.stringContaining('the disk is full'), 'works']);
  expect(it.store.commits.at(-1)).toEqual([]);
});

test('who expires while the disk refuses is gone at once, and off the disk when it takes that', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  expect([it.targets(), it.store.rows.size, it.registry.owed]).toEqual([[], 1, 1]);
  await it.step(60_000);
  expect(it.store.rows.size).toBe(1);
  it.store.fate = () => 'written';
  await it.step(5_001);
  expect([it.store.rows.size, it.registry.owed]).toEqual([0, 0]);
});

test('who expired and is still on the disk is not known: it comes back DISABLED', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  it.store.fate = () => 'written';
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
  await it.step(10_000);
  expect([...it.store.rows.values()].map(({ status }) => status)).toEqual(['disabled']);
});

test('removing who expired is not answered before it is off the disk', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'refused';
  await it.step(lifeMs + 999);
  await expect(it.registry.unregister(aTarget())).rejects.toThrow('the disk refuses');
  it.store.fate = () => 'written';
  await it.registry.unregister(aTarget());
  expect(it.store.rows.size).toBe(0);
});

test('a commit that may or may not have been written is written back to what everybody was told', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  it.store.fate = () => 'late';
  await expect(it.registry.register(aTarget())).rejects.toThrow('did not answer');
  await expect(it.registry.register(aTarget(['10.0.0.2/24']))).rejects.toThrow('did not answer');
  expect(it.store.rows.size).toBe(2);
  it.store.fate = () => 'written';
  await it.step(10_000);
  expect([...it.store.rows.values()]).toEqual(it.targets());
  expect(it.status()).toEqual(['disabled']);
});

test('bounds: of a stream, of all, of what waits; who is known is refreshed at the bound', async () => {
  await using it = running({ targets: 3, perStream: 2 });
  const dns = { ...web, stream: 'dns' };
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.2/24']));
  await expect(it.registry.register(aTarget(['10.0.0.3/24']))).rejects.toThrow(
    'no room for more targets of the stream: SYNCLINE_NSP_TARGETS_PER_STREAM is 2',
  );
  await it.registry.register(aTarget(['10.0.0.1/24'], { stream: dns }));
  await expect(it.registry.register(aTarget(['10.0.0.2/24'], { stream: dns }))).rejects.toThrow(
    'no room for more targets: SYNCLINE_NSP_TARGETS is 3',
  );
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.unregister(aTarget(['10.0.0.2/24']));
  await it.registry.register(aTarget(['10.0.0.2/24'], { stream: dns }));
});

test('bounds hold among calls that come together', async () => {
  await using it = running({ perStream: 2 });
  const results = await Promise.allSettled(
    [1, 2, 3, 4].map((n) => it.registry.register(aTarget([`10.0.0.${n}/24`]))),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});

test('what waits for a disk that hangs is bounded, and refused beyond', async () => {
  await using it = running({ pending: 3 });
  const release = Promise.withResolvers<void>();
  it.store.before = () => release.promise;
  const calls = [it.registry.register(aTarget())];
  await it.step(1);
  for (let n = 2; n <= 4; n++) calls.push(it.registry.register(aTarget([`10.0.0.${n}/24`])));
  await expect(it.registry.register(aTarget(['10.0.0.9/24']))).rejects.toThrow(
    'no room for more registrations that wait for the disk: SYNCLINE_NSP_PENDING is 3',
  );
  release.resolve();
  await Promise.all(calls);
  expect(it.targets().length).toBe(4);
});

test('a store that is gone ends the loop, and everybody who waits is told', async () => {
  const it = running();
  it.store.fate = () => 'broken';
  const calls = await Promise.allSettled([1, 2, 3].map(() => it.registry.register(aTarget())));
  expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(it.ended).rejects.toThrow('no such table');
  await expect(it.registry.register(aTarget())).rejects.toThrow('closed');
  expect(it.targets()).toEqual([]);
});

test('the counts are those of the targets', async () => {
  await using it = running();
  const frontend = aTarget(['host'], { type: 'frontend', stream: { trench: '', conduit: '', stream: '' } });
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.2/24']));
  await it.registry.register(frontend);
  expect(it.registry.counts).toEqual({ enabled: 1, disabled: 1, frontend: 1 });
  await it.step(lifeMs + 999);
  expect(it.registry.counts).toEqual({ enabled: 0, disabled: 0, frontend: 0 });
});
