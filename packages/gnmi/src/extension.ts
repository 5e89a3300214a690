// The extensions of a request, sorted out once. What no RPC of ours knows is ignored, as gNMI demands: an unset
// one and every registered one. What an RPC must not carry is refused.

import type * as ext from '@syncline/proto/gnmi_ext.ts';
import { GnmiRequestError } from './request-error.ts';

/** The extensions of one request that have a meaning somewhere; each at most once. */
export interface Extensions {
  readonly masterArbitration: ext.MasterArbitration | undefined;
  readonly history: ext.History | undefined;
  readonly commit: ext.Commit | undefined;
  /** Levels below the requested path; 0 is no limit and says the same as no extension. */
  readonly depth: number | undefined;
  readonly configSubscription: ext.ConfigSubscription | undefined;
}

/** Sorts the extensions of a request. Throws GnmiRequestError when one of them comes twice. */
export function readExtensions(extensions: readonly ext.Extension[]): Extensions {
  const known = extensions
    .map(({ ext: it }) => it)
    .filter((it) => it !== undefined)
    .filter((it) => it.$case !== 'registeredExt');
  const repeated = known.find((it, i) => known.findIndex(({ $case }) => $case === it.$case) < i);
  if (repeated !== undefined) {
    throw new GnmiRequestError('INVALID_ARGUMENT', 'extension', repeated.$case, 'it is given more than once');
  }
  return {
    masterArbitration: known.find((it) => it.$case === 'masterArbitration')?.value,
    history: known.find((it) => it.$case === 'history')?.value,
    commit: known.find((it) => it.$case === 'commit')?.value,
    depth: known.find((it) => it.$case === 'depth')?.value.level,
    configSubscription: known.find((it) => it.$case === 'configSubscription')?.value,
  };
}

/** Refuses the depth extension where only Get and Subscribe may carry it; `rpc` is named in the error. */
export function refuseDepth({ depth }: Extensions, rpc: 'Set' | 'Capabilities'): void {
  if (depth === undefined) return;
  throw new GnmiRequestError('INVALID_ARGUMENT', 'extension.depth', String(depth), `${rpc} cannot carry it`);
}
