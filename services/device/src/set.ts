// Set: a plan checked against the tree and turned into the operations that carry it out, all of them or none.
// Without a schema the tree itself says what is a list: JSON arrays of a known list become its entries, and a path
// that leaves out a key of one is refused.

import { JsonError, parseJson } from '@syncline/gnmi/json.ts';
import { type ExpandRules, expandValue } from '@syncline/gnmi/json-expand.ts';
import type { Operation } from '@syncline/gnmi/notification.ts';
import type { Path } from '@syncline/gnmi/path.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { SetOperation, SetPlan } from '@syncline/gnmi/set-request.ts';
import { isJson, type Value } from '@syncline/gnmi/value.ts';
import type { Tree } from './tree.ts';

const maxDepth = 64;

/** The operations of a plan in their order. Throws GnmiRequestError for what this device does not do. */
export function setOperations(tree: Tree, plan: SetPlan): readonly Operation[] {
  if (plan.commit !== undefined) throw notServed('extension.commit', 'confirmed commit');
  if (plan.masterArbitration !== undefined) throw notServed('extension.master_arbitration', 'arbitration');
  return plan.operations.flatMap((operation) => operationsOf(tree, operation));
}

function operationsOf(tree: Tree, operation: SetOperation): readonly Operation[] {
  if (operation.kind === 'delete') return [{ kind: 'delete', path: operation.path }];
  if (operation.kind === 'union_replace') throw notServed('union_replace', 'union of origins');
  const { kind, path } = operation;
  const value = bareText(operation.value);
  const rules: ExpandRules = { maxDepth, listKeys: (list) => tree.lists.of(list) };
  const { leaves, faults } = expandValue(path, value, rules);
  const [fault] = faults;
  if (fault !== undefined) throw invalid(kind, fault.path, fault.reason);
  if (kind === 'replace' && isKeyed(path) && leaves.length === 0) {
    throw invalid(kind, printPath(path), 'a list entry cannot be empty; delete it');
  }
  for (const leaf of leaves) {
    const missing = tree.lists.missingIn(leaf.path);
    if (missing !== undefined) throw invalid(kind, printPath(leaf.path), `the key ${missing} is missing`);
  }
  const sets = leaves.map((leaf) => ({ kind: 'set' as const, ...leaf, duplicates: 0, timestamp: 0n }));
  return kind === 'replace' ? [{ kind: 'delete', path }, ...sets] : sets;
}

/**
 * pygnmi sends a string as JSON without its quotes. What begins like an object, an array or a string and is not
 * readable stays the mistake that it is.
 */
function bareText(value: Value): Value {
  if (!isJson(value)) return value;
  const text = Buffer.from(value.value).toString();
  if (/^\s*([{["]|$)/.test(text) || isReadable(value.value)) return value;
  return { $case: 'stringVal', value: text };
}

function isReadable(json: Uint8Array): boolean {
  try {
    parseJson(json);
    return true;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

function invalid(kind: string, path: string, reason: string): GnmiRequestError {
  return new GnmiRequestError('INVALID_ARGUMENT', kind, path, reason);
}

function notServed(field: string, what: string): GnmiRequestError {
  return new GnmiRequestError('UNIMPLEMENTED', field, '', `this device has no ${what}`);
}

function isKeyed(path: Path): boolean {
  return (path.elems.at(-1)?.keys.length ?? 0) > 0;
}
