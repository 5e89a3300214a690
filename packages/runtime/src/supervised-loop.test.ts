import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Liveness } from './liveness.ts';
import { Mailbox } from './mailbox.ts';
import { aborted, StopSignal } from './stop-signal.ts';
import { LoopFailedError, SupervisedLoop } from './supervised-loop.ts';

function supervision() {
  return { liveness: new Liveness(new VirtualClock()), stop: new StopSignal() };
}

test('a loop that throws fails the stop signal, rests overdue, and does not run again', async () => {
  const { liveness, stop } = supervision();
  const cause = new Error('constraint failed');
  let runs = 0;
  const loop = new SupervisedLoop(
    'writer',
    () => {
      runs += 1;
      throw cause;
    },
    { liveness, stop },
  );
  await loop.ended;
  expect(stop.failure).toEqual(new LoopFailedError('writer', cause));
  expect(stop.failure?.cause).toBe(cause);
  expect(stop.signal.aborted).toBe(true);
  expect(liveness.report().overdue).toMatchObject([{ loop: 'writer', phase: 'failed' }]);
  expect(runs).toBe(1);
});

test('disposal aborts the loop and waits for its end, which is no failure', async () => {
  const { liveness, stop } = supervision();
  let cleaned = false;
  {
    await using _ = new SupervisedLoop(
      'ticker',
      async (_, signal) => {
        await aborted(signal);
        await Promise.resolve();
        cleaned = true;
        signal.throwIfAborted();
      },
      { liveness, stop },
    );
  }
  expect(cleaned).toBe(true);
  expect(stop.signal.aborted).toBe(false);
  expect(liveness.phases()).toEqual([]);
});

test('an error during disposal is a failure all the same', async () => {
  const { liveness, stop } = supervision();
  const loop = new SupervisedLoop(
    'writer',
    async (_, signal) => {
      await aborted(signal);
      throw new Error('flush failed');
    },
    { liveness, stop },
  );
  await loop[Symbol.asyncDispose]();
  expect(stop.failure?.message).toBe('loop writer failed: flush failed');
});

test('an owner can end the intake and await the rest; its fields are set when the loop begins', async () => {
  const { liveness, stop } = supervision();
  class Ledger implements AsyncDisposable {
    readonly total = { value: 0 };
    readonly mailbox = new Mailbox<number>({ name: 'ledger', capacity: 10 });
    readonly #loop = new SupervisedLoop('ledger', (_, signal) => this.#run(signal), {
      liveness,
      stop,
    });

    async [Symbol.asyncDispose](): Promise<void> {
      this.mailbox.end();
      await this.#loop.ended;
    }

    async #run(signal: AbortSignal): Promise<void> {
      expect(this.#loop.name).toBe('ledger');
      for await (const batch of this.mailbox.batches(2, signal)) {
        for (const amount of batch) this.total.value += amount;
      }
    }
  }
  const ledger = new Ledger();
  for (const amount of [1, 2, 3, 4, 5]) ledger.mailbox.offer(amount);
  await ledger[Symbol.asyncDispose]();
  expect(ledger.total.value).toBe(15);
  expect(stop.failure).toBeUndefined();
});
