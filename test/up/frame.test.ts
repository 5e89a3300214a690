import { Phase, RegionStatus, Role } from '@syncline/proto/region.ts';
import { StreamState, TapDump } from '@syncline/proto/tap-admin.ts';
import { expect, test } from 'vitest';
import { drawFrame, roomIn } from '../../scripts/up/frame.ts';

const leaf = { path: '/system/state/up-time', value: '5', changes: 3, atMs: 0 };
const leader = RegionStatus.fromPartial({ role: Role.LEADER, phase: Phase.SERVING, ready: true });
const follower = RegionStatus.fromPartial({
  role: Role.FOLLOWER,
  phase: Phase.REPLAYING,
  regions: 7n,
  nextIndex: 2n ** 36n + 5n,
  link: { lagRecords: 41n, lagMs: 1_200n },
});
const stream = {
  name: 'web',
  conduit: 'edge',
  state: StreamState.OPEN,
  identifier: 17,
  registeredIps: ['10.0.0.3/24'],
};
const picture = {
  tap: TapDump.fromPartial({
    trench: 'demo',
    streams: [stream, { ...stream, name: 'dns', state: StreamState.PENDING, reason: 'why' }],
  }),
  status: undefined,
  rate: 0,
  members: new Map([
    ['one', leader],
    ['two', follower],
    ['three', undefined],
  ]),
  rows: Array.from({ length: 100 }, () => leaf),
  hints: Array.from({ length: 9 }, (_, i) => ({ command: 'x'.repeat(30 + i), shows: 'what it is' })),
  complaint: 'y'.repeat(500),
  nowMs: 5_000,
};

test.each([
  { columns: 35, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
])('a frame fits a terminal of $columns by $rows', (size) => {
  const lines = drawFrame(picture, size);
  expect(lines.length).toBeLessThanOrEqual(size.rows);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(size.columns);
});

test('a small terminal has some leaves before it has commands, and no command that is cut', () => {
  expect(roomIn({ columns: 200, rows: 20 }, picture)).toEqual({ leaves: 4, hints: [] });
  expect(roomIn({ columns: 200, rows: 22 }, picture)).toEqual({
    leaves: 4,
    hints: picture.hints.slice(0, 2),
  });
  expect(roomIn({ columns: 200, rows: 40 }, picture)).toEqual({ leaves: 15, hints: picture.hints });
  expect(roomIn({ columns: 34, rows: 40 }, picture).hints).toEqual(picture.hints.slice(0, 3));
});

test('each copy of the regions has a line: what it does, where it is, how far behind', () => {
  const text = drawFrame(picture, { columns: 120, rows: 40 }).join('\n');
  expect(text).toMatch(/^MEMBER +ROLE +STATE +REGIONS +INDEX +LAG RECORDS +LAG MS$/m);
  expect(text).toMatch(/^one +leader +serving +0 +0$/m);
  expect(text).toMatch(/^two +follower +replaying, not ready +7 +1:5 +41 +1200$/m);
  expect(text).toMatch(/^three +starting$/m);
});

test('each stream has a line: how it stands and why, its target and the addresses of it', () => {
  const text = drawFrame(picture, { columns: 120, rows: 40 }).join('\n');
  expect(text).toMatch(/^web\.edge\.demo +open +17 +10\.0\.0\.3\/24$/m);
  expect(text).toMatch(/^dns\.edge\.demo +pending, why +17 +10/m);
  const before = drawFrame({ ...picture, tap: undefined }, { columns: 120, rows: 40 }).join('\n');
  expect(before).toMatch(/^api\.core\.demo +starting$/m);
});
