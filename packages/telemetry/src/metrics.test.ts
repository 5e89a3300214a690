import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('a registry starts with the process itself and the lag of its event loop, labelled by service', async () => {
  const text = await createMetrics('ipam').metrics();
  expect(text).toContain('process_cpu_seconds_total{service="ipam"}');
  expect(text).toContain('event_loop_lag_seconds{quantile="0.5",service="ipam"}');
});

test('a blocked event loop shows as lag until the next scrape', async () => {
  const metrics = createMetrics('ipam');
  await turns(3);
  const until = performance.now() + 200;
  while (performance.now() < until);
  await turns(3);
  expect(await longestLag()).toBeGreaterThan(0.15);
  expect(await longestLag()).toBeLessThan(0.15);

  async function longestLag(): Promise<number> {
    const [, seconds] =
      /event_loop_lag_seconds\{quantile="1",service="ipam"\} (\S+)/.exec(await metrics.metrics()) ?? [];
    return Number(seconds);
  }
});

// Turns of the event loop long enough for the lag's own timer (10 ms) to fire.
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
}
