import { Phase, RegionStatus } from '@syncline/proto/region.ts';
import { StreamState, TapDump } from '@syncline/proto/tap-admin.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlainView } from '../../scripts/up/plain-view.ts';

let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

const open = { name: 'web', conduit: 'edge', state: StreamState.OPEN, registeredIps: ['10.0.0.3/24'] };

test('a stream that is gone is closed, and open again when it comes back', () => {
  using view = new PlainView([], new Map(), []);
  for (const streams of [[open], [open], [], [], [open]]) view.tap(TapDump.fromPartial({ streams }));
  expect(printed).toEqual([
    'web.edge.demo: open, 10.0.0.3/24\n',
    'web.edge.demo: closed, no target\n',
    'web.edge.demo: open, 10.0.0.3/24\n',
  ]);
});

test('a copy is told of whenever its phase or its readiness is another', () => {
  using view = new PlainView(['one'], new Map(), []);
  const seen = (phase: Phase, ready: boolean) =>
    view.member('one', RegionStatus.fromPartial({ phase, ready, regions: 7n }));
  seen(Phase.LIVE, true);
  seen(Phase.SNAPSHOT, true);
  seen(Phase.LIVE, false);
  seen(Phase.LIVE, true);
  seen(Phase.LIVE, true);
  expect(printed).toEqual([
    'one: live, 7 regions\n',
    'one: snapshot, 7 regions\n',
    'one: live, not ready, 7 regions\n',
    'one: live, 7 regions\n',
  ]);
});
