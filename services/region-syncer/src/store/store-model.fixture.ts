// What a store has to hold after any steps, told without SQL: the law that the tests of kills check it against.

import { indexOf, maxTerm } from '../log/index.ts';
import { Lineage, type TermEnd } from '../log/lineage.ts';
import { runOf } from '../log/run.fixture.ts';
import type { Source } from './history-table.ts';
import { type Contents, fold, identity } from './store.fixture.ts';

interface Generation {
  readonly index: number;
  readonly records: readonly number[];
  /** How many of them are regions as they were at one time. */
  readonly regions: number;
}

export interface Model {
  readonly source: Source;
  readonly maxTerm: number;
  readonly terms: readonly TermEnd[];
  readonly generation: Generation | undefined;
  readonly log: readonly number[];
  readonly next: number;
}

/** A store that was given its identity and nothing else. */
export const emptyModel: Model = {
  source: { kind: 'none' },
  maxTerm: 0,
  terms: [],
  generation: undefined,
  log: [],
  next: 0,
};

/** The indexes of `count` records from `first` on. */
export function records(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

export function appended(model: Model, first: number, count: number): Model {
  const next = first + count;
  const log = [...model.log, ...records(first, count)];
  if (model.source.kind !== 'ours') return { ...model, log, next };
  const lineage = new Lineage(model.terms);
  lineage.append(first, next);
  return { ...model, log, next, terms: lineage.terms(), maxTerm: Math.max(model.maxTerm, lineage.term) };
}

export function termStarted(model: Model): Model {
  const term = Math.min(model.maxTerm + 1, maxTerm);
  const next = indexOf(term, 0);
  return {
    ...model,
    source: { kind: 'ours', member: identity.memberId },
    maxTerm: term,
    terms: [...model.terms, { term, end: next }],
    next,
  };
}

export function checkpointed(model: Model, generation: Generation): Model {
  return { ...model, generation };
}

/** Another history, at the first record of `term`, or at a foreign index when there is none. */
export function replaced(model: Model, term: number | undefined, generation: Generation): Model {
  return {
    source: { kind: term === undefined ? 'foreign' : 'ours', member: 77n },
    maxTerm: Math.max(model.maxTerm, term ?? 0),
    terms: term === undefined ? [] : [{ term, end: generation.index }],
    generation,
    log: [],
    next: generation.index,
  };
}

/** The log begins at `first`. */
export function trimmed(model: Model, first: number): Model {
  const lineage = new Lineage(model.terms);
  const log = model.log.filter((record) => record >= first);
  if (log.length < model.log.length) lineage.truncate(first);
  return { ...model, log, terms: lineage.terms() };
}

/** The newest record of each region. */
export function regionsOf({ generation, log }: Model): (number | undefined)[] {
  return fold([
    ...(generation?.records ?? []),
    ...log.filter((record) => record >= (generation?.index ?? 0)),
  ]);
}

/** What a restart has to find. */
export function expected(model: Model): Contents {
  const { source, maxTerm: newest, terms, generation, log, next } = model;
  return {
    boot: {
      identity,
      source,
      maxTerm: newest,
      lineage: terms,
      generation: generation && {
        index: generation.index,
        regions: generation.regions,
        bytes: runOf(generation.records).length,
      },
      first: log[0] ?? next,
      next,
      log: { records: log.length, bytes: runOf(log).length },
    },
    generation: generation?.records ?? [],
    log,
    regions: regionsOf(model),
  };
}
