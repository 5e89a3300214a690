// Paths in a script. A path says where one leaf or branch is, so it has no wildcard.

import { type Path, pathElem, pathOf } from '@syncline/gnmi/path.ts';
import { PathSyntaxError, parsePath } from '@syncline/gnmi/path-text.ts';
import { hasWildcard } from '@syncline/gnmi/pattern.ts';
import type { YamlNode } from './yaml-node.ts';

/** Makes the n-th path of a fill. */
export type PathTemplate = (n: number) => Path;

/** Reads a concrete path from `text`, which stands at `node`. Notes a problem for one that is none. */
export function readPath(text: string, node: YamlNode): Path | undefined {
  try {
    const path = parsePath(text);
    return hasWildcard(path) ? node.problem(`path ${JSON.stringify(text)} has a wildcard`) : path;
  } catch (error) {
    if (error instanceof PathSyntaxError) return node.problem(error.message);
    throw error;
  }
}

/** Reads a path in which `{n}` stands for a number, in element names or key values. */
export function readPathTemplate(text: string, node: YamlNode): PathTemplate | undefined {
  const path = readPath(text, node);
  if (path === undefined) return undefined;
  return (n) => {
    const numbered = (part: string) => part.replaceAll('{n}', String(n));
    const elems = path.elems.map((elem) =>
      hasNumber(elem)
        ? pathElem(
            numbered(elem.name),
            elem.keys.map(([key, value]) => [key, numbered(value)]),
          )
        : elem,
    );
    return pathOf(elems, path.origin);
  };
}

function hasNumber({ name, keys }: Path['elems'][number]): boolean {
  return name.includes('{n}') || keys.some(([, value]) => value.includes('{n}'));
}
