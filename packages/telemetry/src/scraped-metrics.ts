// Metrics that are read when they are scraped. What happens is counted where it happens, in plain fields that Status reads
// too; no metric is touched in between, and none of it can say anything else than Status.

import { Counter, Gauge, type Metrics } from './metrics.ts';

/** Values by what a label says; few, whatever there is of the thing measured. */
export type Samples = Iterable<readonly [label: string, value: number]>;

/** Registers families with what reads them. `read` must not throw, and is called at every scrape. */
export class ScrapedMetrics {
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** A counter: `read` gives how often since the start. */
  total(name: string, help: string, read: () => number): void {
    this.#register(Counter, { name, help }, undefined, () => [['', read()]]);
  }

  /** Counters, one for each value of the label. */
  totals(name: string, help: string, label: string, read: () => Samples): void {
    this.#register(Counter, { name, help }, label, read);
  }

  /** A level: `read` gives what it is now. */
  gauge(name: string, help: string, read: () => number): void {
    this.#register(Gauge, { name, help }, undefined, () => [['', read()]]);
  }

  /** Levels, one for each value of the label; a value that is not read any more is not shown any more. */
  gauges(name: string, help: string, label: string, read: () => Samples): void {
    this.#register(Gauge, { name, help }, label, read);
  }

  #register(
    kind: typeof Counter | typeof Gauge,
    family: { readonly name: string; readonly help: string },
    label: string | undefined,
    read: () => Samples,
  ): void {
    const metric = new kind({
      ...family,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#metrics],
      collect() {
        metric.reset();
        for (const [value, amount] of read())
          metric.inc(label === undefined ? {} : { [label]: value }, amount);
      },
    });
  }
}
