// A target in the NSP's registry, in upstream's order on the wire: DISABLED, list, ENABLED. Registering comes before
// listing on every side and the NSP is one writer, so of two that took the same identifier at least one sees it.
// Invariant: whatever the NSP may have is in `held` before it is asked for, and until it is known to be gone.

import { type CallLimits, call } from '@syncline/runtime/call.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import type { StreamNote } from '../loop/note.ts';
import type { ListedTarget, TargetRegistry, TargetWrite } from '../ports.ts';
import type { HeldTarget, WantedTarget } from './held.ts';
import { freeIdentifier, isInRange, ownTarget, StreamFullError, takenIdentifiers } from './identifiers.ts';

/** What a registration works with. */
export interface RegistrationParts {
  readonly stream: StreamName;
  readonly registry: TargetRegistry;
  readonly clock: Clock;
  readonly rng: Rng;
  /** How much later than a call's deadline the watchdog calls the loop stuck. */
  readonly watchdogMs: number;
  readonly note: (note: StreamNote) => void;
  /** What is held became another. */
  readonly changed: () => void;
}

/** An attempt: `byMs` is the monotonic time at which its calls are given up. */
export interface Attempt {
  readonly watch: LoopWatch;
  readonly signal: AbortSignal;
  readonly byMs: number;
}

/** One target at most, written by one attempt at a time. */
export class Registration {
  readonly #parts: RegistrationParts;
  #held: HeldTarget | undefined;
  #former: number | undefined;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  get held(): HeldTarget | undefined {
    return this.#held;
  }

  /**
   * Registers, or refreshes, the target. Rejects with StreamFullError, what a call rejects with, or the signal's
   * reason. ENABLED is written unseen only when the NSP listed it so before: then it still is, or it is gone and the
   * NSP stores it DISABLED. So what expired, and whose identifier another may have by now, is not brought back.
   */
  async secure(wanted: WantedTarget, attempt: Attempt): Promise<void> {
    try {
      const held = this.#held;
      if (held?.state === 'listed') await this.#enable(held, attempt);
      let targets = await this.#list(attempt);
      const isRefreshed = this.#isListed(targets, wanted);
      if (!isRefreshed) {
        await this.#adoptOrAcquire(wanted, targets, attempt);
        targets = await this.#list(attempt);
        if (!this.#isListed(targets, wanted)) throw new Error('the NSP did not keep the target ENABLED');
      }
      this.#listed(isRefreshed ? 'refreshed' : 'registered');
    } catch (error) {
      // Whoever ended it: a write may be on its way that stores the target DISABLED.
      this.#doubt();
      throw error;
    }
  }

  /** Removes what is held, by the addresses that were registered. Rejects as a call does. */
  async unregister(attempt: Attempt): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    this.#doubt();
    const { registry, note } = this.#parts;
    await this.#call('Unregister', attempt, (limits) =>
      registry.unregister(this.#target(held, 'disabled'), limits),
    );
    this.#set(undefined);
    note({ kind: 'unregistered', identifier: held.identifier, ips: held.ips });
  }

  /** Stops trying: the NSP lets the target expire. */
  leaveBehind(): void {
    if (this.#held === undefined) return;
    const { identifier, ips } = this.#held;
    this.#set(undefined);
    this.#parts.note({ kind: 'left-behind', identifier, ips });
  }

  /** What was ENABLED in an earlier attempt, or by an earlier process, goes on with the identifier that it has. */
  async #adoptOrAcquire(
    wanted: WantedTarget,
    targets: readonly ListedTarget[],
    attempt: Attempt,
  ): Promise<void> {
    const own = ownTarget(targets, wanted.ipsKey);
    if (own !== undefined && isSound(own, targets, wanted))
      await this.#enable(this.#claim(wanted, own.identifier), attempt);
    else await this.#acquire(wanted, takenIdentifiers(targets, wanted.ipsKey), attempt);
  }

  async #acquire(wanted: WantedTarget, listed: ReadonlySet<number>, attempt: Attempt): Promise<void> {
    const { rng, note } = this.#parts;
    const { ipsKey, maxTargets } = wanted;
    let taken = listed;
    for (;;) {
      if (taken.size >= maxTargets) {
        await this.unregister(attempt);
        throw new StreamFullError();
      }
      const held = this.#claim(wanted, freeIdentifier(taken, maxTargets, this.#former, rng));
      await this.#register(held, 'disabled', attempt);
      taken = takenIdentifiers(await this.#list(attempt), ipsKey);
      if (taken.size >= maxTargets) continue;
      if (!taken.has(held.identifier)) {
        await this.#enable(held, attempt);
        return;
      }
      note({ kind: 'collision', identifier: held.identifier });
      await this.unregister(attempt);
    }
  }

  async #enable(held: HeldTarget, attempt: Attempt): Promise<void> {
    const sentMs = this.#parts.clock.monotonic();
    await this.#register(held, 'enabled', attempt);
    this.#set({ ...held, state: 'enabled', sentMs });
  }

  /** Whether what was written ENABLED is so in the list. */
  #isListed(targets: readonly ListedTarget[], wanted: WantedTarget): boolean {
    const own = ownTarget(targets, wanted.ipsKey);
    if (own === undefined || !isSound(own, targets, wanted)) return false;
    return this.#held?.state === 'enabled' && this.#held.identifier === own.identifier;
  }

  #listed(kind: 'registered' | 'refreshed'): void {
    if (this.#held === undefined) return;
    const { identifier, ips } = this.#held;
    this.#set({ ...this.#held, state: 'listed' });
    this.#parts.note({ kind, identifier, ips });
  }

  #claim({ ips, ipsKey }: WantedTarget, identifier: number): HeldTarget {
    const held: HeldTarget = { ips, ipsKey, identifier, state: 'doubtful', sentMs: 0 };
    this.#former = identifier;
    this.#set(held);
    return held;
  }

  #doubt(): void {
    if (this.#held !== undefined) this.#set({ ...this.#held, state: 'doubtful' });
  }

  #set(held: HeldTarget | undefined): void {
    this.#held = held;
    this.#parts.changed();
  }

  #list(attempt: Attempt): Promise<readonly ListedTarget[]> {
    const { registry, stream } = this.#parts;
    return this.#call('Watch of the targets', attempt, (limits) => registry.list(stream, limits));
  }

  #register(held: HeldTarget, status: TargetWrite['status'], attempt: Attempt): Promise<void> {
    const { registry } = this.#parts;
    return this.#call('Register', attempt, (limits) => registry.register(this.#target(held, status), limits));
  }

  #target({ ips, identifier }: HeldTarget, status: TargetWrite['status']): TargetWrite {
    return { stream: this.#parts.stream, ips, identifier, status };
  }

  #call<T>(rpc: string, attempt: Attempt, make: (limits: CallLimits) => Promise<T>): Promise<T> {
    const { clock, watchdogMs } = this.#parts;
    const deadlineMs = Math.max(1, attempt.byMs - clock.monotonic());
    const what = `nsp ${rpc}`;
    attempt.watch.phase(rpc, deadlineMs + watchdogMs, what);
    return call({ what, clock, signal: attempt.signal, deadlineMs }, make);
  }
}

/** ENABLED with an identifier of the stream that no other ENABLED target has. */
function isSound(
  own: ListedTarget,
  targets: readonly ListedTarget[],
  { ipsKey, maxTargets }: WantedTarget,
): own is ListedTarget & { readonly identifier: number } {
  const { status, identifier } = own;
  if (status !== 'enabled' || identifier === undefined || !isInRange(identifier, maxTargets)) return false;
  const enabled = targets.filter((target) => target.status === 'enabled');
  return !takenIdentifiers(enabled, ipsKey).has(identifier);
}
