import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { CallSlots } from './call-slots.ts';

const edge = { trench: 'demo', conduit: 'edge' };
const core = { trench: 'demo', conduit: 'core' };
const { signal } = new AbortController();
const limits = { signal, deadlineMs: 1_000 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A call that ends when it is told to. */
function pending() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { call: () => promise, end: () => resolve('done') };
}

test('calls beyond the bound wait in their order; another conduit has slots of its own', async () => {
  const slots = new CallSlots(1, new VirtualClock());
  const first = pending();
  const order: string[] = [];
  const running = slots.run(edge, limits, '/first', first.call);
  const second = slots.run(edge, limits, '/second', () => Promise.resolve(order.push('second')));
  const third = slots.run(edge, limits, '/third', () => Promise.resolve(order.push('third')));
  await slots.run(core, limits, '/other', () => Promise.resolve(order.push('other')));
  expect([order, slots.calls]).toEqual([['other'], 3]);
  first.end();
  await Promise.all([running, second, third]);
  expect([order, slots.calls]).toEqual([['other', 'second', 'third'], 0]);
});

test('a call has what is left of its time once it has its turn', async () => {
  const clock = new VirtualClock();
  const slots = new CallSlots(1, clock);
  const first = pending();
  const running = slots.run(edge, limits, '/first', first.call);
  const left = slots.run(edge, limits, '/second', ({ deadlineMs }) => Promise.resolve(deadlineMs));
  clock.advance(400);
  first.end();
  await running;
  expect(await left).toBe(600);
});

test('a call whose time is up before its turn is DEADLINE_EXCEEDED, and takes nobody else’s turn', async () => {
  const clock = new VirtualClock();
  const slots = new CallSlots(1, clock);
  const first = pending();
  const running = slots.run(edge, { signal, deadlineMs: 5_000 }, '/first', first.call);
  const late = slots.run(edge, limits, '/late', () => Promise.resolve('never'));
  const patient = slots.run(edge, { signal, deadlineMs: 5_000 }, '/patient', () =>
    Promise.resolve('in time'),
  );
  clock.advance(1_000);
  await expect(late).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED, path: '/late' });
  first.end();
  await running;
  expect(await patient).toBe('in time');
});

test('a signal ends the wait for a turn, and a call that was aborted before is not made', async () => {
  const slots = new CallSlots(1, new VirtualClock());
  const first = pending();
  const running = slots.run(edge, limits, '/first', first.call);
  const end = new AbortController();
  const waiting = slots.run(edge, { signal: end.signal, deadlineMs: 1_000 }, '/second', () =>
    Promise.resolve('never'),
  );
  end.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  await expect(
    slots.run(core, { signal: end.signal, deadlineMs: 1_000 }, '/third', () => Promise.resolve('never')),
  ).rejects.toThrow('left');
  first.end();
  await running;
  await turn();
  expect(slots.calls).toBe(0);
});

test('a call without a deadline is a fault of ours and is not made (I11)', async () => {
  const slots = new CallSlots(1, new VirtualClock());
  let calls = 0;
  for (const deadlineMs of [0, -1, Number.POSITIVE_INFINITY, Number.NaN])
    await expect(
      slots.run(edge, { signal, deadlineMs }, '/nsp.v1.TargetRegistry/Register', () =>
        Promise.resolve((calls += 1)),
      ),
    ).rejects.toThrow(`/nsp.v1.TargetRegistry/Register was called with deadlineMs ${deadlineMs}`);
  expect(calls).toBe(0);
});
