import type { CallLimits } from '@syncline/runtime/call.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { edge, fresh, scripted, target, web } from './neighbours.fixture.ts';

const { signal } = new AbortController();

test('a neighbour that never answers ends every call by its deadline and by its signal (I11)', async () => {
  await using neighbours = await scripted({});
  const { registry, proxy } = neighbours.lines;
  const calls = [
    (given: CallLimits) => registry.register(target, given),
    (given: CallLimits) => registry.unregister(target, given),
    (given: CallLimits) => registry.list(web, given),
    (given: CallLimits) => proxy.request(fresh, given),
    (given: CallLimits) => proxy.close(edge, undefined, given),
  ];
  for (const call of calls) {
    await expect(call({ signal, deadlineMs: 50 })).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED });
    const end = new AbortController();
    const pending = call({ signal: end.signal, deadlineMs: 60_000 });
    end.abort();
    await expect(pending).rejects.toThrow(/abort/i);
    await expect(call({ signal, deadlineMs: Number.POSITIVE_INFINITY })).rejects.toThrow(
      'every call needs a deadline',
    );
  }
});
