import { printPrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import { layoutOf, usualLayouts } from './layout.fixture.ts';
import { allParts, innerParts, layoutProblems, partOf } from './layout.ts';

test("Meridio's layouts can be used", () => {
  expect(Object.values(usualLayouts).flatMap(layoutProblems)).toEqual([]);
});

test.for([
  ['10.0.0.1/16', 20, 24, 32, '10.0.0.1/16 has host bits: it should be 10.0.0.0/16'],
  ['10.0.0.0/16', 16, 24, 32, 'the conduit length 16 must be above the trench length 16 (ipv4)'],
  ['10.0.0.0/16', 24, 20, 32, 'the node length 20 must be above the conduit length 24 (ipv4)'],
  ['10.0.0.0/16', 20, 31, 32, 'the child length 32 must be at least 2 above the node length 31 (ipv4)'],
  ['10.0.0.0/16', 20, 24, 33, 'the child length 33 is above 32 (ipv4)'],
] as const)('%s in /%d, /%d and /%d is refused', ([trench, conduit, node, child, problem]) => {
  expect(layoutProblems(layoutOf(trench, conduit, node, child))).toEqual([problem]);
});

test('parts of a prefix follow each other, in both families', () => {
  const { ipv4, ipv6 } = usualLayouts;
  const shown = [0, 1, 15].map((slot) => printPrefix(partOf(ipv4.trench, 20, slot)));
  expect(shown).toEqual(['169.255.0.0/20', '169.255.16.0/20', '169.255.240.0/20']);
  expect(printPrefix(partOf(ipv6.trench, 56, 255))).toBe('fd00:0:0:ff00::/56');
  expect(printPrefix(partOf(ipv6.trench, 128, 2 ** 48))).toBe('fd00::1:0:0:0/128');
});

test('a prefix is used whole, but for the first and the last address of a node', () => {
  expect(allParts(16, 20)).toEqual({ first: 0, last: 15 });
  expect(innerParts(24, 32)).toEqual({ first: 1, last: 254 });
  expect(innerParts(30, 32)).toEqual({ first: 1, last: 2 });
  expect(innerParts(64, 128)).toEqual({ first: 1, last: 2 ** 48 });
});
