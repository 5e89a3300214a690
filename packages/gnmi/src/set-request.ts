// A Set request, checked and turned into operations in their order of effect: deletes, replaces, updates, each
// list in its own order (specification 3.4.3). What a value means at its path is for the owner of the tree.

import type * as gnmi from '@syncline/proto/gnmi.ts';
import type { Commit, MasterArbitration } from '@syncline/proto/gnmi_ext.ts';
import { readExtensions, refuseDepth } from './extension.ts';
import type { Path } from './path.ts';
import { printPath } from './path-text.ts';
import { hasWildcard } from './pattern.ts';
import { checkCount, type ReadLimits, type ReadPath, readPath } from './read-request.ts';
import { GnmiRequestError } from './request-error.ts';
import { updateValue } from './update-value.ts';
import type { Value } from './value.ts';

/** One operation; its UpdateResult stands at the same index of the response. */
export type SetOperation =
  /** The path may be a branch, have wildcards or lack keys. Deleting what is absent is success. */
  | ({ readonly kind: 'delete' } & ReadPath)
  | { readonly kind: 'replace' | 'update' | 'union_replace'; readonly path: Path; readonly value: Value };

/** What a client wants to change, all of it or nothing. */
export interface SetPlan {
  /** To be repeated in the prefix of the response; '' when the client named none, then not at all. */
  readonly target: string;
  /** None at all is success; that is how a mastership is claimed or a commit confirmed. */
  readonly operations: readonly SetOperation[];
  readonly masterArbitration: MasterArbitration | undefined;
  readonly commit: Commit | undefined;
}

/** Reads a Set request; `maxPaths` bounds the operations. Throws GnmiRequestError. */
export function parseSet(request: gnmi.SetRequest, limits: ReadLimits): SetPlan {
  const { delete: deletes, replace, update, unionReplace } = request;
  const count = deletes.length + replace.length + update.length;
  checkCount('delete, replace, update and union_replace', count + unionReplace.length, limits);
  if (unionReplace.length > 0 && count > 0) {
    throw new GnmiRequestError(
      'INVALID_ARGUMENT',
      'union_replace',
      '',
      'it excludes delete, replace and update',
    );
  }
  const extensions = readExtensions(request.extension);
  refuseDepth(extensions, 'Set');
  const write = (kind: 'replace' | 'update' | 'union_replace') => (it: gnmi.Update, i: number) =>
    readWrite(kind, `${kind}[${i}]`, request.prefix, it, limits);
  return {
    target: request.prefix?.target ?? '',
    operations: [
      ...deletes.map((path, i) => ({
        kind: 'delete' as const,
        ...readPath(`delete[${i}]`, request.prefix, path, limits),
      })),
      ...replace.map(write('replace')),
      ...update.map(write('update')),
      ...unionReplace.map(write('union_replace')),
    ],
    masterArbitration: extensions.masterArbitration,
    commit: extensions.commit,
  };
}

function readWrite(
  kind: 'replace' | 'update' | 'union_replace',
  field: string,
  prefix: gnmi.Path | undefined,
  update: gnmi.Update,
  limits: ReadLimits,
): SetOperation {
  const { path } = readPath(`${field}.path`, prefix, update.path, limits);
  if (hasWildcard(path)) {
    throw new GnmiRequestError(
      'INVALID_ARGUMENT',
      `${field}.path`,
      printPath(path),
      'only a delete may have wildcards',
    );
  }
  const value = updateValue(update);
  if (value === undefined)
    throw new GnmiRequestError('INVALID_ARGUMENT', `${field}.val`, '', 'there is no value');
  return { kind, path, value };
}
