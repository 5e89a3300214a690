// The configuration in force, and its loop: it looks at the source whenever that may have changed and takes what it
// finds when that is whole and well. Anything else leaves in force what was, and is told. What was taken is kept, so a
// process that starts on a bad file goes on with the last good one instead of telling everybody that there is nothing.

import { type Clock, sleep, type Timer } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { Watermark } from '@syncline/runtime/watermark.ts';
import type { DocumentLimits } from './document.ts';
import type { Configuration } from './model.ts';
import { parseConfiguration } from './parse.ts';
import { ConfigurationError, type Problem } from './problem.ts';
import { type ConfigurationSource, type Found, sameFind } from './source.ts';

export interface LiveConfigurationOptions {
  readonly source: ConfigurationSource;
  readonly clock: Clock;
  readonly limits: DocumentLimits;
  /** How long a find must stay the same to be believed, as a writer may be at it; and how far looks are apart at the least. */
  readonly settleMs: number;
  /** How often the source is looked at when nothing tells of a change. */
  readonly pollMs: number;
  /** The longest that a read or a keeping may take before the loop counts as stuck. */
  readonly deadlineMs: number;
  /** Keeps the text of a configuration that was taken; rejects when the disk refuses. */
  readonly keep: (text: string) => Promise<void>;
  readonly events: ConfigurationEvents;
}

/** Called in the same turn, and must not throw. */
export interface ConfigurationEvents {
  taken(configuration: Configuration, dangling: readonly Problem[], revision: number): void;
  refused(message: string): void;
  keepFailed(error: unknown): void;
}

export interface Refusal {
  readonly message: string;
  /** On the wall clock. */
  readonly atUnixMs: number;
}

export class LiveConfiguration {
  readonly #options: LiveConfigurationOptions;
  readonly #nudges = new Watermark();
  #configuration: Configuration | undefined;
  #dangling: readonly Problem[] = [];
  #revision = 0;
  #loadedUnixMs = 0;
  #refusal: Refusal | undefined;
  #refused = 0;
  /** What the last look found and dealt with. */
  #last: Found | undefined;
  /** A text that is in force and not kept. */
  #unkept: string | undefined;

  constructor(options: LiveConfigurationOptions) {
    this.#options = options;
  }

  /** Undefined while none was ever taken. */
  get configuration(): Configuration | undefined {
    return this.#configuration;
  }

  /** References of it that lead nowhere. */
  get dangling(): readonly Problem[] {
    return this.#dangling;
  }

  /** How many were taken since the start. */
  get revision(): number {
    return this.#revision;
  }

  /** When the one in force was taken, on the wall clock; 0 when none is. */
  get loadedUnixMs(): number {
    return this.#loadedUnixMs;
  }

  /** Why what the source has now is not in force; undefined when it is. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** How many looks found what cannot be used. */
  get refused(): number {
    return this.#refused;
  }

  get path(): string {
    return this.#options.source.path;
  }

  /**
   * The start: takes `kept`, the text that was in force when the process before this one ended, then looks at the source
   * once.
   */
  async load(kept: string | undefined, signal: AbortSignal): Promise<void> {
    if (kept !== undefined) {
      this.#deal({ kind: 'text', text: kept });
      this.#unkept = undefined;
    }
    await this.#look(signal);
  }

  /** Looks again and again, until `signal` aborts; rejects with its reason. */
  async follow(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { source, clock, pollMs, settleMs, deadlineMs } = this.#options;
    let subscription: Disposable | undefined;
    let poll: Timer | undefined;
    const nudge = () => this.#nudges.advance(this.#nudges.value + 1n);
    try {
      for (;;) {
        const seen = this.#nudges.value;
        // Anew each time: the directory may have been replaced, and with it what was watched.
        subscription?.[Symbol.dispose]();
        subscription = source.watch(nudge);
        watch.phase('look', 2 * deadlineMs + settleMs, source.path);
        await this.#look(signal);
        poll?.clear();
        poll = clock.setTimer(pollMs, nudge);
        watch.idle(`a change of ${source.path}`);
        // Whoever writes without end costs no more than this.
        await sleep(clock, settleMs, signal);
        await this.#nudges.reaches(seen + 1n, signal);
      }
    } finally {
      poll?.clear();
      subscription?.[Symbol.dispose]();
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { source, clock, settleMs } = this.#options;
    const found = await source.read();
    signal.throwIfAborted();
    if (this.#last === undefined || !sameFind(found, this.#last)) {
      await sleep(clock, settleMs, signal);
      const again = await source.read();
      signal.throwIfAborted();
      // One that is being written is looked at with the next change or poll.
      if (sameFind(found, again)) this.#deal(found);
      else this.#nudges.advance(this.#nudges.value + 1n);
    }
    await this.#keep();
  }

  #deal(found: Found): void {
    this.#last = found;
    if (found.kind === 'nothing') return this.#refuse(found.reason);
    try {
      this.#take(found.text);
      this.#unkept = found.text;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#refuse(`${this.path}: ${error.message}`);
    }
  }

  #take(text: string): void {
    const { clock, limits, events } = this.#options;
    const { configuration, dangling } = parseConfiguration(text, limits);
    this.#configuration = configuration;
    this.#dangling = dangling;
    this.#revision += 1;
    this.#loadedUnixMs = unixMs(clock);
    this.#refusal = undefined;
    events.taken(configuration, dangling, this.#revision);
  }

  #refuse(message: string): void {
    this.#refused += 1;
    this.#refusal = { message, atUnixMs: unixMs(this.#options.clock) };
    this.#options.events.refused(message);
  }

  async #keep(): Promise<void> {
    const text = this.#unkept;
    if (text === undefined) return;
    try {
      await this.#options.keep(text);
      this.#unkept = undefined;
    } catch (error) {
      // Nobody was promised this; the next look tries again.
      this.#options.events.keepFailed(error);
    }
  }
}

function unixMs(clock: Clock): number {
  return Number(clock.now() / 1_000_000n);
}
