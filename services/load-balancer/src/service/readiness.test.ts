import { expect, test } from 'vitest';
import type { LinkState } from '../nsp/nsp-link.ts';
import { readinessOf } from './readiness.ts';

const staleAfterMs = 60_000;
const reasonFor = (link: LinkState, isFilled = true) =>
  readinessOf({ address: 'nsp:7778', link, isFilled, pendingTables: 2 }, staleAfterMs);

test('ready when everything is told and filled, and while the NSP is not lost for long', () => {
  expect(reasonFor({ kind: 'in step' })).toEqual({ ready: true });
  expect(reasonFor({ kind: 'stale', ms: 60_000, reason: 'flows: gone' })).toEqual({ ready: true });
});

test('not ready before, and after, and why', () => {
  expect(reasonFor({ kind: 'untold', reason: 'no flows: UNAVAILABLE: gone' }).reason).toBe(
    'the NSP at nsp:7778 has not told all: no flows: UNAVAILABLE: gone',
  );
  expect(reasonFor({ kind: 'in step' }, false).reason).toBe('2 tables are being filled');
  expect(reasonFor({ kind: 'stale', ms: 60_001, reason: 'flows: gone' }).reason).toBe(
    'the NSP at nsp:7778 is lost for 60001 ms, more than 60000; lookups go by what it said last: flows: gone',
  );
});
