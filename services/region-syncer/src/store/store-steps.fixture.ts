// Scripts for stores: steps that a store takes and a model follows. A step is one call, which is one transaction.

import fc from 'fast-check';
import { indexOf } from '../log/index.ts';
import { chunkOf, runOf } from '../log/run.fixture.ts';
import type { RegionStore } from './region-store.ts';
import {
  appended,
  checkpointed,
  type Model,
  regionsOf,
  replaced,
  termStarted,
  trimmed,
} from './store-model.fixture.ts';

/** One call, and what it makes of the model. */
export interface Step {
  readonly name: string;
  run(store: RegionStore): void;
  readonly effect: (model: Model) => Model;
}

const same = (model: Model) => model;

/** What a script is made of; each act is some steps, which depend on where the history stands. */
export type Act =
  | { readonly kind: 'append'; readonly counts: readonly number[]; readonly newTerm: boolean }
  | { readonly kind: 'start a term' | 'sweep' | 'abandon a generation' }
  | { readonly kind: 'checkpoint'; readonly meanwhile: number }
  | { readonly kind: 'snapshot'; readonly foreign: boolean; readonly regions: number }
  | { readonly kind: 'trim'; readonly records: number };

const count = fc.integer({ min: 1, max: 9 });

/** Acts of any kind, mostly appends. */
export const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        counts: fc.array(count, { minLength: 1, maxLength: 4 }),
        newTerm: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), meanwhile: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), records: fc.nat(60) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('snapshot' as const),
        foreign: fc.boolean(),
        regions: fc.nat(7),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('start a term' as const, 'sweep' as const, 'abandon a generation' as const),
      }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);

/** One script that has a store do everything it can, whatever chance brings. */
export const everyAct: Act[] = [
  { kind: 'start a term' },
  { kind: 'append', counts: [9, 9, 9], newTerm: false },
  { kind: 'checkpoint', meanwhile: 3 },
  { kind: 'append', counts: [9, 9, 9, 9], newTerm: true },
  { kind: 'abandon a generation' },
  { kind: 'sweep' },
  { kind: 'checkpoint', meanwhile: 0 },
  { kind: 'trim', records: 0 },
  { kind: 'sweep' },
  { kind: 'snapshot', foreign: false, regions: 5 },
  { kind: 'sweep' },
];

/** The steps of an act on a store that holds what `model` says; none when the store would refuse it. */
export function stepsOf(act: Act, model: Model): Step[] {
  switch (act.kind) {
    case 'append':
      return append(model, act.counts, act.newTerm);
    case 'start a term': {
      if (model.source.kind === 'foreign') return [];
      return [{ name: act.kind, run: (store) => void store.startTerm(0), effect: termStarted }];
    }
    case 'sweep':
      return [{ name: act.kind, run: (store) => void store.sweep(), effect: same }];
    case 'abandon a generation':
      return [
        ...generation([1, 2, 3]),
        { name: 'abandon', run: (store) => store.abandonGeneration(), effect: same },
      ];
    case 'checkpoint':
      return checkpoint(model, act.meanwhile);
    case 'snapshot':
      return snapshot(model, act.foreign, act.regions);
    case 'trim':
      return trim(model, act.records);
  }
}

function append(model: Model, counts: readonly number[], newTerm: boolean): Step[] {
  if (model.source.kind === 'none') return [];
  const ours = model.source.kind === 'ours';
  let next = ours && newTerm ? indexOf(model.maxTerm + 2, 0) : model.next;
  const chunks = counts.map((records) => {
    const chunk = chunkOf(next, records);
    next += records;
    return chunk;
  });
  const [first] = chunks;
  if (first === undefined) return [];
  return [
    {
      name: 'append',
      run: (store) => void store.append(chunks),
      effect: (before) => appended(before, first.first, next - first.first),
    },
  ];
}

function generation(regions: readonly number[]): Step[] {
  return [
    { name: 'begin a generation', run: (store) => store.beginGeneration(), effect: same },
    ...regions.map((region) => ({
      name: 'put a generation',
      run: (store: RegionStore) => store.putGeneration([{ regions: 1, bytes: runOf([region]) }]),
      effect: same,
    })),
  ];
}

function checkpoint(model: Model, meanwhile: number): Step[] {
  if (model.source.kind === 'none') return [];
  const regions = regionsOf(model).filter((region) => region !== undefined);
  const index = model.next;
  return [
    ...generation(regions),
    ...(meanwhile > 0 ? append(model, [meanwhile], false) : []),
    {
      name: 'flip to a checkpoint',
      run: (store) => store.flip({ kind: 'checkpoint', index }),
      effect: (before) => checkpointed(before, { index, records: regions, regions: regions.length }),
    },
  ];
}

function snapshot(model: Model, foreign: boolean, count: number): Step[] {
  const term = foreign ? undefined : model.maxTerm + 1;
  const index = term === undefined ? 5000 : indexOf(term, 40);
  const regions = Array.from({ length: count }, (_, at) => at + 14);
  const complete = { index, records: regions, regions: Math.ceil(count / 2) };
  return [
    ...generation(regions),
    {
      name: 'flip to a snapshot',
      run: (store) =>
        store.flip({
          kind: 'snapshot',
          index,
          regions: complete.regions,
          source: { kind: foreign ? 'foreign' : 'ours', member: 77n },
          lineage: term === undefined ? [] : [{ term, end: index }],
          term: model.maxTerm,
        }),
      effect: (before) => replaced(before, term, complete),
    },
  ];
}

function trim(model: Model, kept: number): Step[] {
  let first = model.log[0] ?? model.next;
  return [
    {
      name: 'trim',
      run(store) {
        first = store.trim({ records: kept, bytes: 2 ** 30, pinnedBytes: 0 }, [], 2 ** 53).first;
      },
      // Which segments go is for retention.test.ts; here, that what is said to be gone is gone, and nothing else.
      effect: (before) => trimmed(before, first),
    },
  ];
}
