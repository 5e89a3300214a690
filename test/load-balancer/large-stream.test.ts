// A stream of 10,000 targets: its table has a million slots, and is filled beside the lookups.

import { Flow, Stream } from '@syncline/proto/nsp-model.ts';
import { Target } from '@syncline/proto/nsp-targetregistry.ts';
import { until } from '@syncline/testkit/wait.ts';
import { conduitMessage, streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { LoadBalancerUnderTest } from './load-balancer-under-test.ts';
import { ScriptedNsp } from './scripted-nsp.ts';

const edge = { trench: 'demo', conduit: 'edge' };
const stream = streamMessage({ ...edge, stream: 'web' });
const count = 10_000;

const targets = Array.from({ length: count }, (_, i) =>
  Target.fromPartial({
    ips: [`172.16.${i >> 8}.${i & 255}/16`, `fd00::${i.toString(16)}/64`],
    context: { identifier: String(i + 1) },
    stream,
  }),
);

test('while targets of 10,000 come and go, lookups are answered in time and from a whole table', async () => {
  await using nsp = await ScriptedNsp.start();
  nsp.conduits.set([{ ...conduitMessage(edge), destinationPortNats: [] }]);
  nsp.streams.set([Stream.fromPartial({ ...stream, maxTargets: count })]);
  nsp.flows.set([Flow.fromPartial({ name: 'http', stream, vips: [{ address: '20.0.0.1/32' }] })]);
  nsp.targets.set(targets);
  await using balancer = await LoadBalancerUnderTest.start(nsp.address);
  await balancer.isReady();
  expect(await balancer.stream('web')).toMatchObject({ tableSize: 993_997, filledSlots: 993_997 });

  let slowestMs = 0;
  for (let gone = 1; gone <= 5; gone++) {
    nsp.targets.set(targets.slice(gone));
    await until(
      async () => {
        const start = performance.now();
        const { outcome } = await balancer.lookup({ sourcePort: gone });
        slowestMs = Math.max(slowestMs, performance.now() - start);
        expect(outcome?.$case).toBe('forwarded');
        return (await balancer.stream('web')).targets.length;
      },
      { deadlineMs: 20_000, describe: `${gone} targets gone`, accept: (present) => present === count - gone },
    );
    const { lastChange } = await balancer.stream('web');
    expect(lastChange?.targetsRemoved).toBe(1);
    expect((lastChange?.collateralSlots ?? count * 100) / 993_997).toBeLessThan(0.02);
  }
  // The table takes ten times as long; a lookup waits for a slice of it, and for a machine that others use too.
  expect(slowestMs).toBeLessThan(500);
});
