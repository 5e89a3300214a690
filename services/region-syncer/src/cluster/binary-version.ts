// What a Syncline calls itself in pdpb.Member.binary_version: that is how members tell it from a PD.

import manifest from '../../package.json' with { type: 'json' };

/** This member's. */
export const binaryVersion = `syncline/${manifest.version}`;

/** Whether the member that calls itself so is a Syncline, of any version. */
export function isSyncline(version: string): boolean {
  return version.startsWith('syncline/');
}
