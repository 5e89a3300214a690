import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

const { signal } = new AbortController();

function call() {
  const said: string[] = [];
  return { said, pause: () => void said.push('pause'), resume: () => void said.push('resume') };
}

function message(text: string) {
  return { kind: 'message' as const, message: Buffer.from(text) };
}

test('the call is not read while as many frames wait as may, and read again when one was taken', async () => {
  const inbox = new Inbox(2);
  const source = call();
  inbox.open(source);
  inbox.put(message('a'));
  expect(source.said).toEqual([]);
  inbox.put(message('b'));
  inbox.put(message('c'));
  expect(source.said).toEqual(['pause']);
  expect(await inbox.next(signal)).toEqual(message('a'));
  expect(source.said).toEqual(['pause']);
  expect(await inbox.next(signal)).toEqual(message('b'));
  expect(source.said).toEqual(['pause', 'resume']);
});

test('what comes is taken at once by the one who waits, frames before the end', async () => {
  const inbox = new Inbox(2);
  inbox.open(call());
  const end = { kind: 'end' as const, end: { reason: 'OK: ', isNoLeader: false } };
  const first = inbox.next(signal);
  inbox.put(message('a'));
  inbox.put(end);
  expect([await first, await inbox.next(signal), inbox.isFilled]).toEqual([message('a'), end, false]);
});

test('while it is held nothing is read or taken, also of a call that is opened then', async () => {
  const inbox = new Inbox(2);
  const first = call();
  inbox.open(first);
  inbox.hold(true);
  expect(first.said).toEqual(['pause']);
  inbox.clear();
  const second = call();
  inbox.open(second);
  expect(second.said).toEqual(['pause']);
  const next = inbox.next(signal);
  inbox.put(message('a'));
  let taken = false;
  const taking = next.then(() => {
    taken = true;
  });
  await Promise.resolve();
  expect(taken).toBe(false);
  inbox.hold(false);
  await taking;
  expect(second.said).toEqual(['pause', 'resume']);
});

test('nothing of a call that was given up is taken', async () => {
  const inbox = new Inbox(2);
  inbox.open(call());
  inbox.put(message('old'));
  inbox.clear();
  inbox.open(call());
  inbox.put(message('new'));
  expect(await inbox.next(signal)).toEqual(message('new'));
});

test('waiting ends with the signal', async () => {
  const stop = new AbortController();
  const next = new Inbox(1).next(stop.signal);
  stop.abort(new Error('stopped'));
  await expect(next).rejects.toThrow('stopped');
});
