import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ListedTarget } from '../ports.ts';
import { freeIdentifier, ipsKeyOf, ownTarget, StreamFullError, takenIdentifiers } from './identifiers.ts';

const mine = ['10.0.0.1/24', 'fd00::1/64'];
const own: ListedTarget = { ips: mine.toReversed(), identifier: 1, status: 'enabled' };

function other(identifier: number | undefined, status: ListedTarget['status'] = 'enabled'): ListedTarget {
  return { ips: [`10.0.1.${identifier ?? 0}/24`], identifier, status };
}

test('a target is ours whatever the order of its addresses', () => {
  expect(ownTarget([other(2), own], ipsKeyOf(mine))).toBe(own);
  expect(ownTarget([other(2)], ipsKeyOf(mine))).toBeUndefined();
});

test('identifiers of others are taken, ENABLED or DISABLED; ours and those that are none are not', () => {
  const targets = [own, other(2), other(3, 'disabled'), other(undefined)];
  expect([...takenIdentifiers(targets, ipsKeyOf(mine))]).toEqual([2, 3]);
});

test('the former identifier is kept when it is free and in range, and only then', () => {
  const rng = seededRng(1);
  expect(freeIdentifier(new Set([1, 2]), 5, 4, rng)).toBe(4);
  expect(freeIdentifier(new Set([1, 3]), 3, 3, rng)).toBe(2);
  expect(freeIdentifier(new Set([1]), 2, 7, rng)).toBe(2);
});

test('an identifier is free and from 1 to max-targets, and there is none exactly when the stream is full', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 12 })),
      fc.integer({ min: 1, max: 12 }),
      fc.integer(),
      (identifiers, maxTargets, seed) => {
        const taken = new Set(identifiers);
        const choose = () => freeIdentifier(taken, maxTargets, undefined, seededRng(seed));
        if (taken.size >= maxTargets) {
          expect(choose).toThrow(StreamFullError);
          return;
        }
        const identifier = choose();
        expect(identifier).toBeGreaterThanOrEqual(1);
        expect(identifier).toBeLessThanOrEqual(maxTargets);
        expect(taken.has(identifier)).toBe(false);
      },
    ),
  );
});
