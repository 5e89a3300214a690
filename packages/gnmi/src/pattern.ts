// Request paths as patterns over concrete paths. An element named `*` is one level, `...` any number of levels,
// none included; a key value `*` is every value of that key and a key left out is every entry. What lies under a
// match matches too. The matcher is a set of positions in the pattern, so several `...` cost no more than one:
// an element is compared with each position at most once.

import { type Path, type PathElem, PathError, type PathKey } from './path.ts';

/** How far a concrete path has come in a pattern; made by a Pattern, advanced by the same one. */
export interface MatchState {
  /** Positions in the pattern whose element has yet to be matched, ascending. */
  readonly open: readonly number[];
  /** Levels below the deepest place that matches the whole pattern; undefined while no place does. */
  readonly below: number | undefined;
}

/** A compiled request path. The target plays no part in matching. */
export class Pattern {
  readonly origin: string;
  /** The state at the root of the origin. */
  readonly start: MatchState;
  readonly #elems: readonly PathElem[];

  /** Throws PathError when an element `...` has keys. */
  constructor(path: Path) {
    const faulty = path.elems.find((elem) => elem.name === '...' && elem.keys.length > 0);
    if (faulty !== undefined) throw new PathError('element', '...', 'any number of levels cannot have keys');
    this.origin = path.origin;
    this.#elems = path.elems;
    this.start = this.#settle([0], undefined);
  }

  /** The state one element further down. */
  advance(state: MatchState, elem: PathElem): MatchState {
    const reached: number[] = [];
    for (const position of state.open) {
      const wanted = this.#elems[position];
      if (wanted?.name === '...') reached.push(position);
      else if (wanted !== undefined && admits(wanted, elem)) reached.push(position + 1);
    }
    return this.#settle(reached, state.below === undefined ? undefined : state.below + 1);
  }

  /** The element that alone can come next when no `*` or `...` is due: a walk need not look at other names. */
  next(state: MatchState): PathElem | undefined {
    const [position, another] = state.open;
    if (position === undefined || another !== undefined || state.below !== undefined) return undefined;
    const elem = this.#elems[position];
    return elem === undefined || elem.name === '*' || elem.name === '...' ? undefined : elem;
  }

  /** The state at a concrete path; origins are compared as they are. */
  at(path: Path): MatchState {
    if (path.origin !== this.origin) return nowhere;
    let state = this.start;
    for (const elem of path.elems) {
      state = this.advance(state, elem);
      if (!isAlive(state)) return nowhere;
    }
    return state;
  }

  /** Whether a concrete path lies at or under the pattern. */
  matches(path: Path): boolean {
    return this.at(path).below !== undefined;
  }

  /** Whether the path itself or anything under it can match. */
  canMatchUnder(path: Path): boolean {
    return isAlive(this.at(path));
  }

  /** Adds what `...` reaches with no level at all, and notes whether the end of the pattern is among it. */
  #settle(reached: readonly number[], below: number | undefined): MatchState {
    const open: number[] = [];
    let ended = false;
    for (const start of reached) {
      let position = start;
      // Positions ascend; what an earlier `...` has already covered is skipped.
      while ((open.at(-1) ?? -1) < position) {
        if (position === this.#elems.length) ended = true;
        else open.push(position);
        if (this.#elems[position]?.name !== '...') break;
        position++;
      }
    }
    if (open.length === 0 && !ended && below === undefined) return nowhere;
    return { open, below: ended ? 0 : below };
  }
}

const nowhere: MatchState = { open: [], below: undefined };

/** Whether anything at or under the place of this state can still match. */
export function isAlive(state: MatchState): boolean {
  return state.open.length > 0 || state.below !== undefined;
}

/**
 * Whether the place of this state matches and is no more than `depth` levels below what the pattern names; 0 is
 * no limit. This is gNMI's depth extension: at the last level a branch has no leaf of its own, so only leaves
 * and leaf-lists remain. A list and its entry are one level.
 */
export function isWithin(state: MatchState, depth: number): boolean {
  return state.below !== undefined && (depth === 0 || state.below <= depth);
}

/** Whether a path has a `*` or `...` and so names no single place. A literal key `*` cannot be told apart. */
export function hasWildcard(path: Path): boolean {
  return path.elems.some(
    ({ name, keys }) => name === '*' || name === '...' || keys.some(([, value]) => value === '*'),
  );
}

function admits(wanted: PathElem, elem: PathElem): boolean {
  if (wanted.name !== '*' && wanted.name !== elem.name) return false;
  return wanted.keys.every(([name, value]) =>
    elem.keys.some(([key, actual]: PathKey) => key === name && (value === '*' || value === actual)),
  );
}
