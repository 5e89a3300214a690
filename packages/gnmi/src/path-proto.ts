// Paths on the wire: gnmi.Path and the domain's Path. What the wire may carry and a Path may not (empty names,
// pre-0.4 elements that do not parse) ends here, with the value named.

import type * as gnmi from '@syncline/proto/gnmi.ts';
import { concat, type Path, type PathElem, PathError, pathElem, rootPath } from './path.ts';
import { PathSyntaxError, parseElem } from './path-text.ts';

/**
 * Reads a path; an absent one is the root. The pre-0.4 field `element` counts only when `elem` is empty, each
 * item in its old string form `name[key=value]`. Throws PathError.
 */
export function fromProto(path: gnmi.Path | undefined): Path {
  if (path === undefined) return rootPath;
  const elems = path.elem.length > 0 ? path.elem.map(fromProtoElem) : path.element.map(fromOldElement);
  return { origin: path.origin, target: path.target, elems };
}

/** Reads a prefix and a path under it as one path; see `concat` for the rules. Throws PathError. */
export function absolutePath(prefix: gnmi.Path | undefined, path: gnmi.Path | undefined): Path {
  return concat(fromProto(prefix), fromProto(path));
}

/** Writes a path. `element` is never written. */
export function toProto(path: Path): gnmi.Path {
  return { element: [], origin: path.origin, elem: path.elems.map(toProtoElem), target: path.target };
}

/** Writes one element. */
export function toProtoElem(elem: PathElem): gnmi.PathElem {
  // Without a prototype, so that a key named `__proto__` is a key.
  const key = Object.create(null) as Record<string, string>;
  for (const [name, value] of elem.keys) key[name] = value;
  return { name: elem.name, key };
}

function fromProtoElem(elem: gnmi.PathElem): PathElem {
  return pathElem(elem.name, Object.entries(elem.key));
}

function fromOldElement(element: string): PathElem {
  try {
    return parseElem(element);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw new PathError('element', element, error.message, { cause: error });
  }
}

/** Text of a path that need not be valid, for error messages only. */
export function describeProto(prefix: gnmi.Path | undefined, path: gnmi.Path | undefined): string {
  const parts = [prefix, path].filter((part) => part !== undefined);
  const elems = parts.flatMap((part) => (part.elem.length > 0 ? part.elem.map(describeElem) : part.element));
  return `/${elems.join('/')}`;
}

function describeElem({ name, key }: gnmi.PathElem): string {
  return Object.entries(key).reduce((text, [k, v]) => `${text}[${k}=${v}]`, name);
}
