// Where a service keeps what must outlive it: a subfolder of its own in a folder that all services share.

import { makeFolder } from '../folder.ts';
import { path, type Setting, shared } from '../setting-types.ts';

/** The setting's variable, for errors about what is in the folder. */
export const dataVariable = 'SYNCLINE_DATA';

/** The shared folder; `kept` says what the service has in it. */
export function dataOf(service: string, kept = 'everything that is kept'): Setting<string> {
  return shared(dataVariable, path('.syncline', `Folder of ${kept}, in its subfolder ${service}.`));
}

/** Makes the service's subfolder of `data`, with `mode` less the umask, and gives its path. Throws FolderError. */
export function dataFolder(data: string, service: string, mode?: number): string {
  return makeFolder(`${data}/${service}`, dataVariable, mode);
}
