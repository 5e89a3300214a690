import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

// oxlint-disable-next-line typescript/require-await -- a watch that never has to wait
async function* messages<T>(...all: T[]): AsyncGenerator<T> {
  yield* all;
}

async function taken<T>(values: AsyncIterable<T>, each: (value: T) => void = () => undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) {
    all.push(value);
    each(value);
  }
  return all;
}

test('each message is in exactly one count: applied, malformed, or of a watch that was left', async () => {
  const refused: string[] = [];
  const inbox = new Inbox((error) => refused.push(error.message));
  const left = new AbortController();
  const read = (message: number) => {
    if (message === 2) throw new MalformedError('src_ip_addrs', 'x', 'no address');
    return message === 3 ? [] : [message];
  };
  const values = await taken(inbox.follow(messages(1, 2, 3, 4, 5, 6), read, left.signal), (value) => {
    if (value === 4) left.abort();
  });
  expect(values).toEqual([1, 4]);
  expect(inbox.counts).toEqual({ received: 5, applied: 3, stale: 1, quarantined: 1 });
  expect(refused).toEqual(['src_ip_addrs "x": no address']);
});

test('an error that is no malformed text is not taken for one', async () => {
  const inbox = new Inbox(() => undefined);
  const { signal } = new AbortController();
  const broken = () => {
    throw new TypeError('ours');
  };
  await expect(taken(inbox.follow(messages(1), broken, signal))).rejects.toThrow('ours');
  // The ledger does not balance then: it is counted as it comes, and not from what became of it.
  expect(inbox.counts).toEqual({ received: 1, applied: 0, stale: 0, quarantined: 0 });
});
