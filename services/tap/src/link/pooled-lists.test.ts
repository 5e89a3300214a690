import type { CallLimits } from '@syncline/runtime/call.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import type { ListedTarget } from '../ports.ts';
import { PooledLists, type TargetsByStream } from './pooled-lists.ts';

const { signal } = new AbortController();
const limits: CallLimits = { signal, deadlineMs: 1_000 };

test('who asks alone gets a list of the stream alone', async () => {
  const registry = new ScriptedLists();
  const answer = registry.list('web');
  expect(registry.calls).toEqual(['web']);
  registry.answer('web', [target(1)]);
  expect(await answer).toEqual([target(1)]);
});

test('those who ask while two lists are under way share one of all, which begins after they asked', async () => {
  const registry = new ScriptedLists();
  const early = [registry.list('a'), registry.list('b')];
  const late = [registry.list('c'), registry.list('d'), registry.list('c')];
  expect(registry.calls).toEqual(['a', 'b']);
  registry.answer('a', []);
  await early[0];
  expect(registry.calls).toEqual(['a', 'b', '*']);
  const later = registry.list('d');
  registry.answer('*', new Map([['c', [target(3)]]]));
  expect(await Promise.all(late)).toEqual([[target(3)], [], [target(3)]]);
  expect(registry.calls).toEqual(['a', 'b', '*', 'd']);
  registry.answer('d', [target(4)]);
  expect(await later).toEqual([target(4)]);
});

test('a few of many streams are asked for one by one', async () => {
  const registry = new ScriptedLists();
  const asked = ['a', 'b', 'c', 'd'].map((name) => registry.list(name));
  registry.answer('a', []);
  await asked[0];
  const few = [registry.list('e'), registry.list('f')];
  registry.answer('*', streams(12));
  await asked[3];
  registry.answer('e', [target(5)]);
  expect(await few[0]).toEqual([target(5)]);
  expect(registry.calls).toEqual(['a', 'b', '*', 'e', 'f']);
});

test('after a list of all that was too long, each stream is asked for by itself', async () => {
  const registry = new ScriptedLists();
  const first = [registry.list('a'), registry.list('b')];
  const together = [registry.list('c'), registry.list('d')];
  registry.answer('a', []);
  await first[0];
  const tooLong = new ClientError('/list', Status.RESOURCE_EXHAUSTED, 'longer than 4 MiB');
  registry.fail('*', tooLong);
  for (const each of together) await expect(each).rejects.toBe(tooLong);
  const again = [registry.list('c'), registry.list('d'), registry.list('e')];
  registry.answer('b', []);
  registry.answer('c', []);
  await again[0];
  expect(registry.calls).toEqual(['a', 'b', '*', 'c', 'd', 'e']);
});

test('each ask ends by its own time and signal, and a call that nobody waits for is given up', async () => {
  const registry = new ScriptedLists();
  const busy = [registry.list('a'), registry.list('b')];
  const gone = new AbortController();
  const short = registry.list('c', { signal, deadlineMs: 50 });
  const left = registry.list('d', { signal: gone.signal, deadlineMs: 1_000 });
  registry.answer('a', []);
  await busy[0];
  registry.clock.advance(50);
  await expect(short).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  expect(registry.aborted).toEqual([]);
  gone.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(registry.aborted).toEqual(['*']);
});

test('who waits while a call hangs is asked for once its time is up', async () => {
  const registry = new ScriptedLists();
  const hung = [registry.list('a'), registry.list('b', { signal, deadlineMs: 500 })];
  const waiting = registry.list('c');
  registry.clock.advance(500);
  await expect(hung[1]).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED });
  await Promise.resolve();
  registry.answer('c', [target(3)]);
  expect(await waiting).toEqual([target(3)]);
});

test('an ask whose signal has aborted makes no call', async () => {
  const registry = new ScriptedLists();
  await expect(
    registry.list('a', { signal: AbortSignal.abort(new Error('gone')), deadlineMs: 1 }),
  ).rejects.toThrow('gone');
  expect(registry.calls).toEqual([]);
});

function target(identifier: number): ListedTarget {
  return { ips: [`10.0.0.${identifier}/24`], identifier, status: 'enabled' };
}

function streams(count: number): TargetsByStream {
  return new Map(Array.from({ length: count }, (_, i) => [String(i), []]));
}

/** A registry whose lists are answered by the test; `*` is the list of all. */
class ScriptedLists {
  readonly clock = new VirtualClock();
  readonly calls: string[] = [];
  readonly aborted: string[] = [];
  readonly #open = new Map<string, PromiseWithResolvers<TargetsByStream>>();
  readonly #lists = new PooledLists(
    {
      path: '/list',
      listStream: async ({ stream }, call) => (await this.#call(stream, call)).get(stream) ?? [],
      listConduit: (_, call) => this.#call('*', call),
    },
    this.clock,
  );

  list(stream: string, within = limits): Promise<readonly ListedTarget[]> {
    const name: StreamName = { trench: 'demo', conduit: 'edge', stream };
    return this.#lists.list(name, within);
  }

  answer(call: string, targets: readonly ListedTarget[] | TargetsByStream): void {
    this.#open
      .get(call)
      ?.resolve(targets instanceof Map ? targets : new Map([[call, targets as ListedTarget[]]]));
  }

  fail(call: string, error: Error): void {
    this.#open.get(call)?.reject(error);
  }

  #call(name: string, { signal: ended }: CallLimits): Promise<TargetsByStream> {
    this.calls.push(name);
    const answer = Promise.withResolvers<TargetsByStream>();
    ended.addEventListener('abort', () => {
      this.aborted.push(name);
      answer.reject(ended.reason as Error);
    });
    this.#open.set(name, answer);
    return answer.promise;
  }
}
