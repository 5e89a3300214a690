// Any order of events: what the machine promises whatever the device, the core and the operator do.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { idleSession, transition } from './machine.ts';
import type { SessionPlan, SyncMode } from './plan.ts';
import type { SessionEffect, SessionEvent } from './state.ts';

const modes: SyncMode[] = [
  { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n },
  { kind: 'once' },
  { kind: 'get', intervalMs: 1000 },
];
const codes = ['UNAVAILABLE', 'INVALID_ARGUMENT', 'UNIMPLEMENTED', 'INTERNAL'];

const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.constantFrom<SessionEvent>(
    { kind: 'start', why: 'start' },
    { kind: 'stop', detail: 'paused' },
    { kind: 'lost', detail: 'worker' },
    { kind: 'resync' },
    { kind: 'reached' },
    { kind: 'offered', offer: ['PROTO'] },
    { kind: 'offered', offer: ['BYTES'] },
    { kind: 'ended' },
    { kind: 'drained' },
  ),
  fc.constantFrom(...codes).map((code): SessionEvent => ({ kind: 'failed', code, message: 'x' })),
  fc.integer({ min: 0, max: 8 }).map((epoch): SessionEvent => ({ kind: 'sealed', epoch })),
  fc.integer({ min: 0, max: 8 }).map((epoch): SessionEvent => ({ kind: 'committed', epoch })),
  fc.integer({ min: 0, max: 9000 }).map((lastDataMs): SessionEvent => ({ kind: 'due', lastDataMs })),
);

/** The timer and the calls that are in place after some effects, as the driver keeps them. */
class Driver {
  channel = false;
  call = false;
  timer = false;

  perform(effects: readonly SessionEffect[], phaseChanged: boolean): void {
    if (phaseChanged) this.timer = false;
    for (const effect of effects) {
      if (effect.kind === 'connect') this.channel = true;
      if (effect.kind === 'subscribe' || effect.kind === 'poll') {
        expect(this.channel, `${effect.kind} needs a channel`).toBe(true);
        this.call = true;
      }
      if (effect.kind === 'hangUp') this.call = false;
      if (effect.kind === 'disconnect') this.channel = this.call = false;
      if (effect.kind === 'wait' || effect.kind === 'check') this.timer = true;
    }
  }
}

test('epochs only grow, nothing waits without a bound, and idle sessions hold nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...modes), fc.array(event, { maxLength: 60 }), (mode, events) => {
      const plan: SessionPlan = { mode, encoding: undefined, syncDeadlineMs: 1000, syncLimitMs: 5000 };
      const driver = new Driver();
      let state = idleSession(0);
      let nowMs = 0;
      for (const each of events) {
        nowMs += 500;
        const step = transition(plan, state, each, nowMs);
        const begun = step.effects.filter((effect) => effect.kind === 'subscribe' || effect.kind === 'poll');
        for (const { epoch } of begun) expect(epoch).toBeGreaterThan(state.epoch);
        expect(step.state.epoch).toBeGreaterThanOrEqual(state.epoch);
        driver.perform(step.effects, step.state.phase.kind !== state.phase.kind);
        // A timer that has fired is gone unless it was set again.
        if (each.kind === 'due' && step.effects.length === 0) driver.timer = false;
        state = step.state;
        const { kind } = state.phase;
        if (kind === 'idle' || kind === 'done' || kind === 'backoff')
          expect(driver.channel, kind).toBe(false);
        if (kind === 'backoff') expect(driver.timer, 'a backoff ends').toBe(true);
        if (kind === 'connecting') expect(driver.channel).toBe(true);
        if (kind === 'syncing')
          expect(driver.timer || mode.kind === 'get', 'syncing has a deadline').toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
