// Which datastores a request is about: prefix.target names one. It may be left out while there is exactly one, and
// `*` is every one.

import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { ModelData } from '@syncline/proto/gnmi.ts';

/** A datastore as gNMI clients see it. */
export interface ServedDatastore {
  /** Its number in the catalog. */
  readonly number: number;
  readonly name: string;
  /** The models of its schema or, without one, those that its device has announced; may be empty. */
  readonly models: readonly ModelData[];
}

/** One datastore, and the target to repeat in its answers: '' when the client named none. */
export interface Addressed {
  readonly datastore: ServedDatastore;
  readonly target: string;
}

/** Names in an error are enough to see one's mistake, not a listing. */
const namesShown = 10;

/** The datastores that `target` addresses, at least one. Throws GnmiRequestError. */
export function addressed(target: string, served: readonly ServedDatastore[]): readonly Addressed[] {
  const [first] = served;
  if (target === '*' && first !== undefined) {
    return served.map((datastore) => ({ datastore, target: datastore.name }));
  }
  if (target === '' && served.length > 1) {
    const reason = `${served.length} datastores are served, name one: ${names(served)}`;
    throw new GnmiRequestError('INVALID_ARGUMENT', 'prefix.target', '', reason);
  }
  const datastore = target === '' ? first : served.find(({ name }) => name === target);
  if (datastore !== undefined) return [{ datastore, target }];
  const reason = first === undefined ? 'there is no datastore' : 'there is no datastore of this name';
  throw new GnmiRequestError('NOT_FOUND', 'prefix.target', target, reason);
}

function names(served: readonly ServedDatastore[]): string {
  const shown = served.slice(0, namesShown).map(({ name }) => name);
  return shown.length < served.length ? `${shown.join(', ')}, ...` : shown.join(', ');
}
