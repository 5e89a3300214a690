import { NspStatus } from '@syncline/proto/nsp-admin.ts';
import { expect, test } from 'vitest';
import { nspStatusText } from './nsp-status-text.ts';

const configuration = { path: 'demo.yaml', revision: 3n, streams: 2 };

test('references that lead nowhere are told with their lines, and how many more there are', () => {
  const dangling = ['line 9: streams.items[1].conduit "x": no such conduit, so this is left out'];
  const status = (danglingCount: number) =>
    NspStatus.fromPartial({ configuration: { ...configuration, dangling, danglingCount } });
  expect(nspStatusText(status(1))).toMatch(/\n\nleft out:\nline 9: [^\n]* left out$/);
  expect(nspStatusText(status(7))).toMatch(/ left out\nand 6 more$/);
});

test('a configuration that is whole has no such part', () => {
  const text = nspStatusText(NspStatus.fromPartial({ configuration }));
  expect(text).toMatch(/^file +demo\.yaml$/m);
  expect(text).not.toContain('left out');
});

test('what is in force is counted, one in the singular', () => {
  const text = nspStatusText(
    NspStatus.fromPartial({ configuration: { ...configuration, trenches: 1, vips: 1 } }),
  );
  expect(text).toMatch(
    /^in force +1 trench, 0 conduits, 2 streams, 0 flows, 1 vip, 0 attractors, 0 gateways$/m,
  );
});
