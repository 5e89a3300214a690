// Random lives of regions: what stores report of them, and what goes wrong with such reports.
import fc from 'fast-check';
import { anyKey, anyRegion, type ModelRegion } from './regions.fixture.ts';

/** One thing that happens. `pick` chooses among the regions that there are. */
export type Step =
  | { readonly kind: 'put'; readonly region: ModelRegion; readonly term: number }
  | { readonly kind: 'split'; readonly pick: number; readonly key: Buffer; readonly id: bigint }
  | { readonly kind: 'merge' | 'remove' | 'recreate'; readonly pick: number }
  | { readonly kind: 'report'; readonly pick: number; readonly leader: bigint; readonly load: bigint };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), region: anyRegion, term: fc.nat(3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('split' as const),
      pick: fc.nat(),
      key: anyKey,
      id: fc.bigInt(20n, 60n),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('merge' as const, 'remove', 'recreate'), pick: fc.nat() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      pick: fc.nat(),
      leader: fc.bigInt(1n, 3n),
      load: fc.constantFrom(0n, 1n, 300n, 70_000n, 2n ** 40n),
    }),
  },
);

/** The regions that a step reports, one after the other; none when there is no region to pick. A removal has none. */
export function reportsOf(step: Step, regions: readonly ModelRegion[]): ModelRegion[] {
  if (step.kind === 'put') return [step.region];
  const at = regions.length === 0 ? 0 : step.pick % regions.length;
  const picked = regions[at];
  if (picked === undefined) return [];
  const version = picked.version === 2n ** 64n - 1n ? picked.version : picked.version + 1n;
  switch (step.kind) {
    case 'split':
      if (Buffer.compare(step.key, picked.start) <= 0) return [];
      if (picked.end.length > 0 && Buffer.compare(step.key, picked.end) >= 0) return [];
      return [
        { ...picked, id: step.id, end: step.key, version },
        { ...picked, start: step.key, version },
      ];
    case 'merge': {
      const next = regions[at + 1];
      return next === undefined ? [] : [{ ...picked, end: next.end, version }];
    }
    case 'report':
      return [{ ...picked, leader: step.leader, load: step.load }];
    case 'recreate':
      return [{ ...picked, id: picked.id, version: 1n, confVer: 1n }];
    case 'remove':
      return [];
  }
}
