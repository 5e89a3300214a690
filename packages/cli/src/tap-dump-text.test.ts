import { LinkState, StreamState, TapDump } from '@syncline/proto/tap-admin.ts';
import { expect, test } from 'vitest';
import { jsonText } from './print.ts';
import { dumpJson, dumpText } from './tap-dump-text.ts';

const dump = TapDump.fromPartial({
  trench: 'demo',
  conduits: [
    {
      name: 'edge',
      link: LinkState.UP,
      epoch: 2n,
      localIps: ['172.16.0.2/24'],
      wantedVips: ['20.0.0.1/32', '20.0.0.2/32'],
      appliedVips: ['20.0.0.1/32'],
    },
  ],
  streams: [
    { name: 'web', conduit: 'edge', state: StreamState.OPEN, wanted: true, identifier: 7, maxTargets: 100 },
    { name: 'dns', conduit: 'edge', state: StreamState.UNAVAILABLE, wanted: true, reason: 'no identifier' },
    { name: 'old', conduit: 'edge', draining: true },
  ],
  loops: [{ name: 'conduit edge.demo', passes: 9n, phase: 'idle', forMs: 12n }],
  ledger: { received: 4n, applied: 4n },
});

test('a dump shows why a stream is not open, and what is not applied yet', () => {
  const text = dumpText(dump);
  expect(text).toMatch(/^trench {2}demo$/m);
  expect(text).toMatch(
    /^edge +up +never +2 +172\.16\.0\.2\/24 +- +20\.0\.0\.1\/32 \(not yet 20\.0\.0\.2\/32\) +-$/m,
  );
  expect(text).toMatch(/^web\.edge +open +never +7 of 100 +- +-$/m);
  expect(text).toMatch(/^dns\.edge +unavailable +never +- +- +no identifier$/m);
  expect(text).toMatch(/^old\.edge +draining /m);
  expect(text).toMatch(/^conduit edge\.demo +9 +idle +- +12 ms +none$/m);
  expect(text).toMatch(/^RECEIVED +APPLIED +STALE +QUARANTINED\n4 +4 /m);
});

test('an idle tap has no tables, and JSON has the names of the proto', () => {
  expect(dumpText(TapDump.create())).toBe('trench  none');
  expect(JSON.parse(jsonText(dumpJson(dump)))).toMatchObject({
    conduits: [{ link: 'up', local_ips: ['172.16.0.2/24'] }],
    streams: [{ state: 'open' }, { state: 'unavailable' }, { state: 'draining' }],
    ledger: { received: 4 },
  });
});
