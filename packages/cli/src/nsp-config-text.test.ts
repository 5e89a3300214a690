import { Flow } from '@syncline/proto/nsp-model.ts';
import { expect, test } from 'vitest';
import { cellText, configJson, flowRow } from './nsp-config-text.ts';

test('ranges of ports are texts for people and numbers for programs', () => {
  const row = flowRow(
    Flow.fromPartial({
      name: 'web',
      destinationPortRanges: ['80', '8000-8999', 'http'],
      sourcePortRanges: ['any'],
    }),
  );
  expect(cellText(row['ports'])).toBe('80, 8000-8999, http');
  expect(configJson(row)).toMatchObject({
    flow: 'web',
    ports: [{ first: 80, last: 80 }, { first: 8_000, last: 8_999 }, 'http'],
    source_ports: [{ first: 0, last: 65_535 }],
  });
  expect(configJson({ stream: 'web' })).toEqual({ stream: 'web' });
});
