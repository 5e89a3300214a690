// A place in a data tree, from the root down. Invariant: no element name and no key name is empty, and the keys
// of an element are unique and sorted by name in byte order, so equal paths have equal structure.
// `*` and `...` are plain strings here: what they mean is decided where a path is used (see pattern.ts).

import { compareBytewise } from './byte-order.ts';

/** A key leaf of a list entry and its value, as text whatever its type. */
export type PathKey = readonly [name: string, value: string];

/** One level of a path. */
export interface PathElem {
  readonly name: string;
  readonly keys: readonly PathKey[];
}

/** A path; without elems it is the root. */
export interface Path {
  /** Which schema the names belong to; '' is the default one, see `canonicalOrigin`. */
  readonly origin: string;
  /** The device; '' where none was named. Only a prefix carries one on the wire. */
  readonly target: string;
  readonly elems: readonly PathElem[];
}

/** A path that breaks a rule; `field` and `value` name what was wrong, `reason` says why. */
export class PathError extends Error {
  override name = 'PathError';
  readonly field: string;
  readonly value: string;
  readonly reason: string;

  constructor(field: string, value: string, reason: string, options?: ErrorOptions) {
    super(`${field} ${JSON.stringify(value)}: ${reason}`, options);
    this.field = field;
    this.value = value;
    this.reason = reason;
  }
}

/** The root of the default origin, of no target. */
export const rootPath: Path = { origin: '', target: '', elems: [] };

const noKeys: readonly PathKey[] = [];

/** An element in canonical form. Throws PathError for an empty name, an empty key name or a key given twice. */
export function pathElem(name: string, keys: readonly PathKey[] = noKeys): PathElem {
  if (name === '') throw new PathError('element', name, 'the name is empty');
  if (keys.length === 0) return { name, keys: noKeys };
  const sorted = [...keys].sort(([a], [b]) => compareBytewise(a, b));
  let previous = '';
  for (const [key] of sorted) {
    if (key === '') throw new PathError('element', name, 'it has a key without a name');
    if (key === previous)
      throw new PathError('element', name, `the key ${JSON.stringify(key)} is given twice`);
    previous = key;
  }
  return { name, keys: sorted };
}

/** A path of these elements; of no target, and of the default origin unless one is given. */
export function pathOf(elems: readonly PathElem[], origin = ''): Path {
  return { origin, target: '', elems };
}

/** The value of one key of an element, undefined when it has no such key. */
export function keyValue(elem: PathElem, name: string): string | undefined {
  return elem.keys.find(([key]) => key === name)?.[1];
}

/**
 * The origin as data trees know it. gNMI says that no origin means `openconfig`, so both become ''. So does the
 * name of a model in `models`, because pygnmi sends `module:a/b` as origin `module`.
 */
export function canonicalOrigin(origin: string, models?: ReadonlySet<string>): string {
  return origin === 'openconfig' || models?.has(origin) === true ? '' : origin;
}

/**
 * Prefix and path as one path. Throws PathError when both name an origin, even the same one, or when the path
 * names a target: gNMI allows an origin in one of the two and a target in the prefix alone.
 */
export function concat(prefix: Path, path: Path): Path {
  if (path.target !== '') throw new PathError('target', path.target, 'it may stand in the prefix only');
  if (prefix.origin !== '' && path.origin !== '') {
    throw new PathError(
      'origin',
      path.origin,
      `the path names it although the prefix names ${JSON.stringify(prefix.origin)}; one of them may`,
    );
  }
  return {
    origin: prefix.origin || path.origin,
    target: prefix.target,
    elems: prefix.elems.length === 0 ? path.elems : [...prefix.elems, ...path.elems],
  };
}

/** A total order: target, origin, then element by element, a path before the paths below it. */
export function comparePaths(a: Path, b: Path): number {
  const before = compareBytewise(a.target, b.target) || compareBytewise(a.origin, b.origin);
  if (before !== 0) return before;
  for (const [i, elem] of a.elems.entries()) {
    const other = b.elems[i];
    if (other === undefined) return 1;
    const order = compareElems(elem, other);
    if (order !== 0) return order;
  }
  return a.elems.length - b.elems.length;
}

/** A total order of elements: by name, then key by key, an element before those with more keys. */
export function compareElems(a: PathElem, b: PathElem): number {
  const before = compareBytewise(a.name, b.name);
  if (before !== 0) return before;
  for (const [i, [key, value]] of a.keys.entries()) {
    const other = b.keys[i];
    if (other === undefined) return 1;
    const order = compareBytewise(key, other[0]) || compareBytewise(value, other[1]);
    if (order !== 0) return order;
  }
  return a.keys.length - b.keys.length;
}

/** Whether two paths name the same place; origins are compared as they are. */
export function equalPaths(a: Path, b: Path): boolean {
  return a.elems.length === b.elems.length && isPrefixOf(a, b);
}

/** Whether `path` lies at or under `prefix`, both taken literally. */
export function isPrefixOf(prefix: Path, path: Path): boolean {
  return (
    prefix.target === path.target &&
    prefix.origin === path.origin &&
    prefix.elems.every((elem, i) => {
      const other = path.elems[i];
      return other !== undefined && compareElems(elem, other) === 0;
    })
  );
}
