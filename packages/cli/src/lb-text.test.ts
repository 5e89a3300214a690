import { Dropped_Reason as DropReason, LoadBalancerStats } from '@syncline/proto/loadbalancer-admin.ts';
import { expect, test } from 'vitest';
import { outcomeJson, outcomeText, statsText } from './lb-text.ts';

const forwarded = {
  identifier: 3,
  ips: ['172.16.0.3/24', 'fd00::3/64'],
  stream: 'web',
  flow: 'http',
  slot: 812,
};
const drop = (reason: DropReason, flow: string, stream: string) =>
  ({ outcome: { $case: 'dropped', value: { reason, flow, stream } } }) as const;

test('an outcome is a line, or its facts with their age', () => {
  const response = { outcome: { $case: 'forwarded', value: forwarded } } as const;
  expect(outcomeText(response)).toBe(
    '172.16.0.3/24, fd00::3/64  target 3 of stream web, flow http, slot 812',
  );
  expect(outcomeJson(response, 7)).toEqual({ outcome: 'forwarded', ...forwarded, stale_ms: 7 });
  expect(outcomeText(drop(DropReason.NO_FLOW, '', ''))).toBe('dropped: no flow matches');
  expect(outcomeText(drop(DropReason.NO_TARGET, 'http', 'web'))).toBe(
    'dropped: flow http matches, and its stream web has no target',
  );
  expect(outcomeJson(drop(DropReason.NO_TARGET, 'http', 'web'), 0)).toEqual({
    outcome: 'dropped',
    reason: 'no-target',
    flow: 'http',
    stream: 'web',
    stale_ms: 0,
  });
});

const stats = LoadBalancerStats.fromPartial({
  streams: [
    {
      name: 'web',
      conduit: 'edge',
      trench: 'demo',
      tableSize: 199,
      maxTargets: 2,
      targets: [
        { identifier: 1, ips: ['172.16.0.1/24'], slots: 100, share: 100 / 199, lookups: 5n },
        { identifier: 2, ips: ['172.16.0.2/24'], slots: 99, share: 99 / 199 },
      ],
      lookups: 5n,
      lastChange: { atUnixMs: 1_767_225_600_000n, targetsAdded: 1, remappedSlots: 99, collateralSlots: 0 },
    },
    { name: 'dns', conduit: 'edge', trench: 'demo', tableSize: 97, maxTargets: 1 },
  ],
  droppedNoFlow: 2n,
  nsp: { address: 'nsp:7778', inStep: true },
});

test('statistics are a row for each stream, and one for each target if asked', () => {
  const text = statsText(stats, true);
  expect(text).toMatch(
    /^web\.edge\.demo +199 +2 of 2 +99 to 100 +5 +2026-01-01T.*Z \+1 -0 +99 \(49\.7 %\) +0 \(0\.0 %\)$/m,
  );
  expect(text).toMatch(/^dns\.edge\.demo +97 +0 of 1 +- +0 +never +- +-$/m);
  expect(text).toMatch(/^1 +172\.16\.0\.1\/24 +100 +50\.25 % +5$/m);
  expect(text).toMatch(/^dropped: 2 without a flow, 0 without a target$/m);
  expect(text).toMatch(/^NSP nsp:7778: in step$/m);
  expect(text).not.toContain('not used');
  expect(statsText(stats, false)).not.toContain('172.16.0.1');
});

test('statistics say for how long the NSP is lost, and which of its rows are not used', () => {
  const nsp = { address: 'nsp:7778', inStep: false, staleMs: 1_200n, reason: 'flows: UNAVAILABLE: gone' };
  const refusedRows = [
    { row: 'flow a of stream web.edge.demo', field: 'protocol', reason: 'protocol "http": not one' },
  ];
  expect(statsText({ ...stats, nsp, refusedRows, refusedRowCount: 1 }, false)).toMatch(
    /\n\nNSP nsp:7778: lost for 1200 ms: flows: UNAVAILABLE: gone\n\nrows .* not used:\nflow a of stream web\.edge\.demo: protocol "http": not one$/,
  );
  const untold = { ...nsp, staleMs: 0n, reason: 'no flows: it was not asked yet' };
  const text = statsText({ ...stats, nsp: untold, refusedRows, refusedRowCount: 205 }, false);
  expect(text).toContain('NSP nsp:7778: has not told all: no flows: it was not asked yet');
  expect(text).toMatch(/\nand 204 more$/);
});
