// Reading a service's counters the way a monitoring system does: over HTTP, from its admin port.

/** One sample of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a Prometheus text page; comment lines are skipped, a line that cannot be read is an error. */
export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const parts = SAMPLE.exec(line);
    if (parts === null) throw new Error(`not a Prometheus sample: ${JSON.stringify(line)}`);
    const [, name = '', labels = '', value = ''] = parts;
    samples.push({ name, labels: parseLabels(labels), value: parseValue(value) });
  }
  return samples;
}

/**
 * The sum of the samples of `name` that carry all of `labels`, from the admin port of a service on this machine.
 * 0 when there is none: a counter that never counted may not be there at all.
 */
export async function readMetric(
  adminPort: number,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`, {
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`/metrics on port ${adminPort} answered ${response.status}`);
  const wanted = Object.entries(labels);
  return parseMetrics(await response.text())
    .filter(
      (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels.get(key) === value),
    )
    .reduce((sum, sample) => sum + sample.value, 0);
}

function parseLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [, key = '', escaped = ''] of text.matchAll(LABEL)) {
    labels.set(
      key,
      escaped.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
    );
  }
  return labels;
}

function parseValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}
