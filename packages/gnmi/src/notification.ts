// One received Notification as an ordered list of operations on leaves. What cannot be applied is a fault of its
// own and takes nothing else with it, so for every message: items = operations + superseded + faults, counted
// in leaves. Order: what an atomic message replaces, then its deletes, then its updates (specification 2.1).

import type { Notification, Update } from '@syncline/proto/gnmi.ts';
import { defaultExpandRules, type ExpandRules, expandValue } from './json-expand.ts';
import type { LeafFault } from './leaf.ts';
import { canonicalOrigin, type Path, PathError } from './path.ts';
import { absolutePath, describeProto } from './path-proto.ts';
import { printPath } from './path-text.ts';
import { hasWildcard, Pattern } from './pattern.ts';
import { updateValue } from './update-value.ts';
import type { Value } from './value.ts';

/** One step of a notification, with the canonical absolute path, its target included. */
export type Operation =
  /** Everything under the prefix of an atomic message goes; its updates follow. */
  | { readonly kind: 'replace_prefix'; readonly path: Path }
  /** The path may be a branch, have wildcards or lack keys: a pattern. */
  | { readonly kind: 'delete'; readonly path: Path }
  | SetLeaf;

/** A leaf has a new value. */
export interface SetLeaf {
  readonly kind: 'set';
  readonly path: Path;
  readonly value: Value;
  /** How many older values of this leaf the sender, or this message, has skipped. */
  readonly duplicates: number;
  /** Nanoseconds since the Unix epoch, as the sender says. */
  readonly timestamp: bigint;
}

/** A notification taken apart. */
export interface NotificationPlan {
  readonly operations: readonly Operation[];
  readonly faults: readonly LeafFault[];
  /** Updates of a leaf that a later update in the same message overrode. */
  readonly superseded: number;
}

/** Takes a notification apart; JSON objects become their leaves by `rules`. Never throws. */
export function readNotification(
  message: Notification,
  rules: ExpandRules = defaultExpandRules,
): NotificationPlan {
  const operations: Operation[] = [];
  const faults: LeafFault[] = [];
  if (message.atomic) {
    const prefix = pathOrFault(message, undefined, faults, concretePath);
    if (prefix !== undefined) operations.push({ kind: 'replace_prefix', path: prefix });
  }
  for (const it of message.delete) {
    const path = pathOrFault(message, it, faults, patternPath);
    if (path !== undefined) operations.push({ kind: 'delete', path });
  }
  const leaves = new LastWins();
  for (const update of message.update) {
    const path = pathOrFault(message, update.path, faults, concretePath);
    if (path === undefined) continue;
    const value = updateValue(update);
    if (value === undefined) {
      faults.push({ path: printPath(path), reason: 'the update has no value' });
      continue;
    }
    const expansion = expandValue(path, value, rules);
    for (const fault of expansion.faults) faults.push(fault);
    for (const leaf of expansion.leaves) {
      leaves.add({ kind: 'set', ...leaf, duplicates: update.duplicates, timestamp: message.timestamp });
    }
  }
  return { operations: [...operations, ...leaves.values()], faults, superseded: leaves.superseded };
}

/** Updates by path: the last one stays, at its own place in the order, and counts those before it. */
class LastWins {
  readonly #leaves = new Map<string, SetLeaf>();
  superseded = 0;

  add(leaf: SetLeaf): void {
    const key = printPath(leaf.path);
    const earlier = this.#leaves.get(key);
    if (earlier === undefined) {
      this.#leaves.set(key, leaf);
      return;
    }
    this.superseded++;
    this.#leaves.delete(key);
    this.#leaves.set(key, { ...leaf, duplicates: leaf.duplicates + earlier.duplicates + 1 });
  }

  values(): Iterable<SetLeaf> {
    return this.#leaves.values();
  }
}

function pathOrFault(
  message: Notification,
  path: Update['path'],
  faults: LeafFault[],
  check: (path: Path) => void,
): Path | undefined {
  try {
    const absolute = absolutePath(message.prefix, path);
    const canonical = { ...absolute, origin: canonicalOrigin(absolute.origin) };
    check(canonical);
    return canonical;
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    faults.push({ path: describeProto(message.prefix, path), reason: error.message });
    return undefined;
  }
}

function concretePath(path: Path): void {
  // A literal key `*` is refused with the wildcards: a later delete of it would take every other entry along.
  if (hasWildcard(path)) throw new PathError('path', printPath(path), 'a wildcard names no single leaf');
}

function patternPath(path: Path): void {
  // Compiling is the check.
  new Pattern(path);
}
