// What an item of the benchmark is: parts that are measured alike at every contender, and the figures they give.

import type { Letter } from '../options.ts';

/** How a figure is written. */
export type Unit = 's' | 'ms' | 'µs' | '/s' | 'MiB' | 'count';

/** One line of a table. */
export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  /** What the figure of ours is to be, for information. */
  readonly wanted?: string;
}

/** Figures by the key of their metric; what a contender does not have is left out. */
export type Figures = Readonly<Partial<Record<string, number | undefined>>>;

/** Whoever is measured. */
export interface Named {
  readonly name: string;
}

/** One table. */
export interface Part<Contender extends Named> {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Contenders that are measured; all of them unless said otherwise. */
  readonly contenders?: readonly Contender['name'][];
  /** Bound of one measurement. */
  readonly limitSeconds: number;
  /** Measures one contender once. Throws LossError when what is known in the end is not what was sent. */
  measure(contender: Contender, signal: AbortSignal): Promise<Figures>;
}

export interface Item<Contender extends Named> {
  /** What it is called on the command line; (d) is a line in the tables of (a) and (b). */
  readonly letter: Exclude<Letter, 'd'>;
  readonly parts: readonly Part<Contender>[];
}
