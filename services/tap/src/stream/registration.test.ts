import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { StreamNote } from '../loop/note.ts';
import type { ListedTarget, TargetRegistry, TargetWrite } from '../ports.ts';
import { ipsKeyOf, StreamFullError } from './identifiers.ts';
import { Registration } from './registration.ts';

const name = { trench: 'demo', conduit: 'edge', stream: 'web' };
const ips = ['10.0.0.1/24'];
const wanted = { ips, ipsKey: ipsKeyOf(ips), maxTargets: 2 };

/** A registry that keeps to the rule that what it does not know becomes DISABLED, and what happens before each call. */
class ScriptedRegistry implements TargetRegistry {
  readonly targets = new Map<string, ListedTarget>();
  readonly calls: string[] = [];
  before: (rpc: string) => void = () => undefined;

  add(host: number, identifier: number, status: ListedTarget['status']): void {
    const others = [`10.0.0.${host}/24`];
    this.targets.set(ipsKeyOf(others), { ips: others, identifier, status });
  }

  register({ ips: at, identifier, status }: TargetWrite): Promise<void> {
    return this.#call(`${status} ${identifier}`, () => {
      const key = ipsKeyOf(at);
      this.targets.set(key, { ips: at, identifier, status: this.targets.has(key) ? status : 'disabled' });
    });
  }

  unregister({ ips: at }: TargetWrite): Promise<void> {
    return this.#call(`unregister ${at.join()}`, () => void this.targets.delete(ipsKeyOf(at)));
  }

  list(): Promise<readonly ListedTarget[]> {
    return this.#call('list', () => [...this.targets.values()]);
  }

  async #call<T>(rpc: string, apply: () => T): Promise<T> {
    this.calls.push(rpc);
    await Promise.resolve();
    this.before(rpc);
    return apply();
  }
}

function begin() {
  const clock = new VirtualClock();
  const registry = new ScriptedRegistry();
  const notes: StreamNote[] = [];
  const registration = new Registration({
    stream: name,
    registry,
    clock,
    rng: seededRng(1),
    watchdogMs: 5_000,
    note: (note) => notes.push(note),
    changed: () => undefined,
  });
  const end = new AbortController();
  const attempt = { watch: new Liveness(clock).watch('web'), signal: end.signal, byMs: 15_000 };
  return { clock, registry, notes, registration, end, attempt };
}

test('a target is registered in the order DISABLED, list, ENABLED, and the list shows it in the end', async () => {
  const { registry, registration, attempt } = begin();
  registry.add(9, 1, 'enabled');
  await registration.secure(wanted, attempt);
  expect(registry.calls).toEqual(['list', 'disabled 2', 'list', 'enabled 2', 'list']);
  expect(registration.held).toMatchObject({ identifier: 2, state: 'listed' });
});

test('a refresh is ENABLED and list', async () => {
  const { registry, registration, attempt } = begin();
  await registration.secure(wanted, attempt);
  const [identifier] = [registration.held?.identifier];
  registry.calls.length = 0;
  await registration.secure(wanted, attempt);
  expect(registry.calls).toEqual([`enabled ${identifier}`, 'list']);
});

test('of two that took one identifier, this one withdraws and takes another', async () => {
  const { registry, registration, notes, attempt } = begin();
  registry.add(9, 1, 'enabled');
  const roomy = { ...wanted, maxTargets: 3 };
  let taken: number | undefined;
  registry.before = (rpc) => {
    if (taken === undefined && rpc.startsWith('disabled')) {
      taken = Number(rpc.split(' ')[1]);
      registry.add(8, taken, 'disabled');
    }
  };
  await registration.secure(roomy, attempt);
  expect(notes.map(({ kind }) => kind)).toEqual(['collision', 'unregistered', 'registered']);
  expect(registration.held?.identifier).toBe(taken === 2 ? 3 : 2);
});

test('a stream without a free identifier is full, and nothing of ours stays in it', async () => {
  const { registry, registration, attempt } = begin();
  registry.add(8, 1, 'enabled');
  registry.add(9, 2, 'disabled');
  await expect(registration.secure(wanted, attempt)).rejects.toThrow(StreamFullError);
  expect(registry.calls).toEqual(['list']);
  registry.targets.clear();
  registry.before = (rpc) => {
    if (!rpc.startsWith('disabled')) return;
    registry.add(8, 1, 'enabled');
    registry.add(9, 2, 'enabled');
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow('no identifier available');
  expect([...registry.targets.keys()]).toEqual(['10.0.0.8/24', '10.0.0.9/24']);
  expect(registration.held).toBeUndefined();
});

test('a target that an earlier process left ENABLED goes on with its identifier', async () => {
  const { registry, registration, attempt } = begin();
  registry.add(1, 2, 'enabled');
  await registration.secure(wanted, attempt);
  expect(registry.calls).toEqual(['list', 'enabled 2', 'list']);
});

test('a target that expired is registered anew with its identifier, or with another if that is taken by now', async () => {
  const { registry, registration, attempt } = begin();
  await registration.secure(wanted, attempt);
  const identifier = registration.held?.identifier ?? 0;
  registry.targets.clear();
  await registration.secure(wanted, attempt);
  expect(registration.held).toMatchObject({ identifier, state: 'listed' });
  registry.targets.clear();
  registry.add(9, identifier, 'enabled');
  await registration.secure(wanted, attempt);
  expect(registration.held).toMatchObject({ identifier: 3 - identifier, state: 'listed' });
  expect([...registry.targets.values()].every(({ status }) => status === 'enabled')).toBe(true);
});

test('a target that the NSP stored DISABLED is not ENABLED unseen when the list that would have told is lost', async () => {
  const { registry, registration, attempt } = begin();
  await registration.secure(wanted, attempt);
  const identifier = registration.held?.identifier ?? 0;
  registry.targets.clear();
  registry.add(9, identifier, 'enabled');
  registry.before = (rpc) => {
    if (rpc === 'list') throw new Error('UNAVAILABLE');
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow('UNAVAILABLE');
  expect(registration.held).toMatchObject({ identifier, state: 'doubtful' });
  registry.before = () => {
    const enabled = [...registry.targets.values()].filter(({ status }) => status === 'enabled');
    expect(new Set(enabled.map((target) => target.identifier)).size).toBe(enabled.length);
  };
  await registration.secure(wanted, attempt);
  expect(registration.held).toMatchObject({ identifier: 3 - identifier, state: 'listed' });
});

test('a list that was read before the target expired does not pass for the present', async () => {
  const { registry, registration, attempt } = begin();
  registry.add(1, 1, 'enabled');
  let lists = 0;
  registry.before = (rpc) => {
    if (rpc === 'list') lists += 1;
    if (rpc === 'enabled 1' && lists === 1) registry.targets.clear();
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow(
    'the NSP did not keep the target ENABLED',
  );
  expect(registration.held).toMatchObject({ state: 'doubtful' });
});

test('what is held expires from when it was sent, however long the list that confirms it takes', async () => {
  const { clock, registry, registration, attempt } = begin();
  registry.before = (rpc) => {
    if (rpc.startsWith('enabled')) registry.before = () => clock.advance(6_000);
  };
  clock.advance(100);
  await registration.secure(wanted, attempt);
  expect(registration.held).toMatchObject({ state: 'listed', sentMs: 100 });
});

test('a refresh that was aborted is not followed by another one unseen', async () => {
  const { registry, registration, end, attempt } = begin();
  await registration.secure(wanted, attempt);
  const identifier = registration.held?.identifier;
  registry.before = (rpc) => {
    if (rpc.startsWith('enabled')) end.abort(new Error('max-targets is another'));
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow('max-targets is another');
  registry.before = () => undefined;
  registry.calls.length = 0;
  await registration.secure(wanted, { ...attempt, signal: new AbortController().signal });
  expect(registry.calls).toEqual(['list', `enabled ${identifier}`, 'list']);
});

test('what may be in the registry is held from before it is asked for until it is known to be gone', async () => {
  const { registry, registration, attempt } = begin();
  registry.before = () => {
    throw new Error('UNAVAILABLE');
  };
  registry.add(9, 1, 'enabled');
  const failing = registry.before;
  registry.before = (rpc) => {
    if (rpc.startsWith('disabled')) failing(rpc);
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow('UNAVAILABLE');
  expect(registration.held).toMatchObject({ ips, identifier: 2, state: 'doubtful' });
  registry.before = failing;
  await expect(registration.unregister(attempt)).rejects.toThrow('UNAVAILABLE');
  expect(registration.held).toMatchObject({ ips });
  registry.before = () => undefined;
  await registration.unregister(attempt);
  expect(registration.held).toBeUndefined();
  expect(registry.calls.at(-1)).toBe('unregister 10.0.0.1/24');
});

test('nothing more is asked for once the attempt is not wanted', async () => {
  const { registry, registration, end, attempt } = begin();
  registry.before = (rpc) => {
    if (rpc.startsWith('disabled')) end.abort(new Error('another target is wanted'));
  };
  await expect(registration.secure(wanted, attempt)).rejects.toThrow('another target is wanted');
  expect(registry.calls).toHaveLength(2);
  expect(registration.held).toMatchObject({ state: 'doubtful' });
});
