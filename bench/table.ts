// One table a part: medians, and what ours is of each baseline.

import type { Metric, Named, Part, Unit } from './item/item.ts';
import type { Outcome } from './measuring.ts';

const own = 'ours';

/** The table, ready to be printed. A contender that failed has no figures, and a line below that says why. */
export function tableOf(
  { title, metrics }: Pick<Part<Named>, 'title' | 'metrics'>,
  outcomes: readonly Outcome[],
): string {
  const columns = outcomes.map(({ contender }) => contender);
  const baselines = columns.includes(own) ? columns.filter((name) => name !== own) : [];
  const header = [title, ...columns, ...baselines.map((name) => `${own}/${name}`), 'wanted'];
  const lines = metrics
    .map((metric) => ({ metric, medians: medianOf(metric, outcomes) }))
    .filter(({ medians }) => medians.size > 0)
    .map(({ metric, medians }) => [
      metric.title,
      ...columns.map((name) => write(medians.get(name), metric.unit)),
      ...baselines.map((name) => ratio(medians.get(own), medians.get(name))),
      metric.wanted ?? '',
    ]);
  const failures = outcomes.flatMap(({ contender, failures: whys }) =>
    whys.map((why) => `  ${contender} has no figures: ${why.replaceAll('\n', '\n    ')}`),
  );
  return [...aligned([header, ...lines]), ...failures].join('\n');
}

/** The medians by contender; those who lack the figure, or failed in a run, are not there. */
function medianOf(metric: Metric, outcomes: readonly Outcome[]): Map<string, number> {
  const medians = new Map<string, number>();
  for (const { contender, figures, failures } of outcomes) {
    const values = figures.map((each) => each[metric.key]).filter((value) => value !== undefined);
    if (failures.length === 0 && values.length > 0) medians.set(contender, median(values));
  }
  return medians;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function write(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '–';
  switch (unit) {
    case 's':
      return `${value.toFixed(2)} s`;
    case 'ms':
      return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
    case 'µs':
      return `${value.toFixed(1)} µs`;
    case '/s':
      return `${Math.round(value).toLocaleString('en')}/s`;
    case 'MiB':
      return `${value.toFixed(0)} MiB`;
    case 'count':
      return Math.round(value).toLocaleString('en');
  }
}

function ratio(value: number | undefined, other: number | undefined): string {
  if (value === undefined || other === undefined || other === 0) return '';
  return (value / other).toFixed(2);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const isText = column === 0 || column === row.length - 1;
        return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
