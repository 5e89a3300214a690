import { expect, test } from 'vitest';
import type { Chunk } from '../log/chunk.ts';
import { firstOfTerm } from '../log/index.ts';
import type { TailRead } from '../log/tail.ts';
import { type RecordLog, RecordSource } from './record-source.ts';

const at = firstOfTerm(1);
const chunk = (first: number, count: number): Chunk => ({ first, count, bytes: new Uint8Array(count) });

/** A log whose memory begins at `at + 4`, and whose disk answers when it is told to. */
function world(memory: (position: number) => TailRead = (p) => (p < at + 4 ? 'older' : 'caught up')) {
  const reads: { from: number; records: number; answer: PromiseWithResolvers<readonly Chunk[] | 'gone'> }[] =
    [];
  const heard: unknown[] = [];
  const log: RecordLog = {
    read: memory,
    readLog: (from, { records }) => {
      const answer = Promise.withResolvers<readonly Chunk[] | 'gone'>();
      reads.push({ from, records, answer });
      return answer.promise;
    },
  };
  const bounds = { frame: { records: 2, bytes: 100 }, ahead: 3 };
  const source = new RecordSource(
    log,
    bounds,
    () => heard.push('ready'),
    (error) => heard.push(error),
  );
  return { reads, heard, source };
}

test('what has left the memory is read from disk, once and a few frames at a time', async () => {
  const { reads, heard, source } = world();
  expect([source.next(at), source.next(at)]).toEqual(['reading', 'reading']);
  expect(reads).toMatchObject([{ from: at, records: 6 }]);
  reads[0]?.answer.resolve([chunk(at, 2), chunk(at + 2, 1)]);
  await reads[0]?.answer.promise;
  expect(heard).toEqual(['ready']);
  expect(source.next(at)).toEqual(chunk(at, 2));
  expect(source.next(at + 2)).toEqual(chunk(at + 2, 1));
});

test('the disk reads on while its last chunk is sent, until memory has the rest', async () => {
  const { reads, source } = world();
  source.next(at);
  reads[0]?.answer.resolve([chunk(at, 2)]);
  await reads[0]?.answer.promise;
  source.next(at);
  expect(reads.map(({ from }) => from)).toEqual([at, at + 2]);
  reads[1]?.answer.resolve([chunk(at + 2, 2)]);
  await reads[1]?.answer.promise;
  source.next(at + 2);
  expect([source.next(at + 4), reads.length]).toEqual(['caught up', 2]);
});

test('what is no longer kept is gone until another position is asked for', async () => {
  const { reads, source } = world();
  source.next(at);
  reads[0]?.answer.resolve('gone');
  await reads[0]?.answer.promise;
  expect([source.next(at), source.next(at), source.next(at + 4)]).toEqual(['gone', 'gone', 'caught up']);
});

test('what the disk refuses is told', async () => {
  const { reads, heard, source } = world();
  source.next(at);
  const refused = new Error('disk I/O error');
  reads[0]?.answer.reject(refused);
  await reads[0]?.answer.promise.catch(() => {});
  expect(heard).toEqual([refused]);
});
