import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { ScrapedMetrics } from './scraped-metrics.ts';

async function scrape(metrics: Registry): Promise<string[]> {
  return (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'));
}

test('each scrape has what is read then, not what was added up', async () => {
  const metrics = new Registry();
  const scraped = new ScrapedMetrics(metrics);
  let seen = 2;
  scraped.total('things_total', 'Things', () => seen);
  scraped.gauge('depth', 'How deep', () => -seen);
  expect(await scrape(metrics)).toEqual([
    '# TYPE things_total counter',
    'things_total 2',
    '# TYPE depth gauge',
    'depth -2',
  ]);
  seen = 5;
  expect(await scrape(metrics)).toContain('things_total 5');
  expect(await scrape(metrics)).toContain('depth -5');
});

test('a value of a label that is not read any more is gone', async () => {
  const metrics = new Registry();
  const scraped = new ScrapedMetrics(metrics);
  const open = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  scraped.gauges('open', 'What is open', 'kind', () => open);
  scraped.totals('ends_total', 'Ends', 'kind', () => Object.entries({ a: 7 }));
  expect(await scrape(metrics)).toEqual([
    '# TYPE open gauge',
    'open{kind="a"} 1',
    'open{kind="b"} 2',
    '# TYPE ends_total counter',
    'ends_total{kind="a"} 7',
  ]);
  open.delete('a');
  expect(await scrape(metrics)).not.toContain('open{kind="a"} 1');
});
