import { SubscribeResponse } from '@syncline/proto/gnmi.ts';
import { unframe } from '@syncline/rpc/frame.ts';
import { expect, test } from 'vitest';
import { Rounds } from '../target/rounds.ts';
import { LeafPaths } from '../workload/leaf-paths.ts';
import { monotonicMs, stampTime } from '../workload/stamp.ts';
import { LeafLog } from './leaf-log.ts';
import { ResponseError, UpdateReader } from './update-reader.ts';

const paths = new LeafPaths(40);

function reading() {
  const seen: number[] = [];
  const log = new LeafLog(paths.count);
  const reader = new UpdateReader(paths, {
    update(seq, _sent, duplicates) {
      seen.push(seq);
      log.add(seq, duplicates);
    },
    syncResponse: () => seen.push(-1),
  });
  return { seen, log, reader };
}

test('what the target sends is read as it was numbered, over several rounds', () => {
  const rounds = new Rounds(paths, 10);
  const { seen, log, reader } = reading();
  let next = 0;
  while (next < 100) {
    const chunk = rounds.chunk(next, 3);
    for (const message of unframe(chunk.frames)) reader.read(message);
    next = chunk.next;
  }
  expect(seen).toEqual(Array.from({ length: next }, (_, seq) => seq));
  expect(log.difference(next)).toBeUndefined();
  expect(log.difference(next + 1)).toMatchObject({ leaves: 1 });
});

test('the messages are gNMI: text paths, growing timestamps, the time of sending in each value', () => {
  const rounds = new Rounds(paths, 2);
  const before = stampTime(monotonicMs());
  const messages = [...unframe(rounds.chunk(38, 1).frames), ...unframe(rounds.chunk(40, 2).frames)];
  const notifications = messages.map((message) => {
    const { response } = SubscribeResponse.decode(message);
    if (response?.$case !== 'update') throw new Error('no update');
    return response.value;
  });
  const [first] = notifications;
  const elems = first?.update[1]?.path?.elem.map(({ name, key }) => [name, key]);
  expect(elems).toEqual([
    ['interfaces', {}],
    ['interface', { name: 'eth3' }],
    ['state', {}],
    ['counters', {}],
    ['carrier-transitions', {}],
  ]);
  const times = notifications.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted((a, b) => Number(a - b)));
  expect(new Set(times).size).toBe(times.length);
  const value = first?.update[0]?.val?.value;
  expect(value?.$case).toBe('uintVal');
  if (value?.$case !== 'uintVal') return;
  expect(Number((value.value >> 32n) & 0x3fffffffn)).toBe(38);
  expect(Number(value.value & 0xffffffffn) - before).toBeLessThan(1e6);
});

test('duplicates and sync_response are read', () => {
  const { seen, log, reader } = reading();
  const [message] = unframe(new Rounds(paths, 1).chunk(5, 1).frames);
  const decoded = SubscribeResponse.decode(message ?? Buffer.alloc(0));
  if (decoded.response?.$case !== 'update') throw new Error('no update');
  for (const update of decoded.response.value.update) update.duplicates = 300;
  reader.read(Buffer.from(SubscribeResponse.encode(decoded).finish()));
  reader.read(Buffer.from([0x18, 1]));
  expect(seen).toEqual([5, -1]);
  expect(log.tally).toEqual({ updates: 1, duplicates: 300, repeats: 0, aged: 0 });
});

test('a value under the path of another leaf is refused', () => {
  const { reader } = reading();
  const message = [...unframe(new Rounds(paths, 1).chunk(5, 1).frames)][0] ?? Buffer.alloc(0);
  message.set(paths.path(5).toReversed(), message.indexOf(paths.path(5)));
  expect(() => reader.read(message)).toThrow(ResponseError);
});

test('a delete, or a value that the target does not send, is refused', () => {
  const { reader } = reading();
  const del = SubscribeResponse.fromPartial({ response: { $case: 'update', value: { delete: [{}] } } });
  expect(() => reader.read(Buffer.from(SubscribeResponse.encode(del).finish()))).toThrow(/field 5/);
  const text = SubscribeResponse.fromPartial({
    response: {
      $case: 'update',
      value: { update: [{ path: {}, val: { value: { $case: 'stringVal', value: 'up' } } }] },
    },
  });
  expect(() => reader.read(Buffer.from(SubscribeResponse.encode(text).finish()))).toThrow(
    /not one of the target/,
  );
});

test('values that go back or come twice are counted as such', () => {
  const log = new LeafLog(4);
  for (const seq of [0, 4, 4, 0]) log.add(seq, 0);
  expect(log.tally).toMatchObject({ updates: 4, repeats: 1, aged: 1 });
});
