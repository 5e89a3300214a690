// The copies of the regions and what each says of itself.

import { Phase, RegionServiceDefinition, type RegionStatus, Role } from '@syncline/proto/region.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { plainName } from 'syncline/enum-name.ts';
import { tableText } from 'syncline/print.ts';
import { indexText } from 'syncline/region-text.ts';

/** The last word of each member, by name; undefined before its first. */
export type MemberStatuses = ReadonlyMap<string, RegionStatus | undefined>;

/** The status of a member whenever it changes, until the signal aborts. */
export async function* watchMember(
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<RegionStatus, void, undefined> {
  const watched = connection.client(RegionServiceDefinition).watchStatus({ intervalMs: 250 }, { signal });
  for await (const { status } of watched) if (status !== undefined) yield status;
}

/** Whether a copy answers reads, keeps up, and holds what the feed told. */
export function isUp(status: RegionStatus | undefined): boolean {
  if (status === undefined || status.regions === 0n) return false;
  return status.ready && (status.phase === Phase.LIVE || status.phase === Phase.SERVING);
}

/** What a member does: `live`, or `snapshot, not ready`. */
export function memberState({ phase, ready }: RegionStatus): string {
  return plainName(Phase, phase) + (ready ? '' : ', not ready');
}

/** The members as a table, its head first. */
export function memberTable(members: MemberStatuses): readonly string[] {
  const head = ['MEMBER', 'ROLE', 'STATE', 'REGIONS', 'INDEX', 'LAG RECORDS', 'LAG MS'];
  return tableText(head, Array.from(members, memberRow)).split('\n');
}

function memberRow([name, status]: readonly [string, RegionStatus | undefined]): string[] {
  if (status === undefined) return [name, '', 'starting', '', '', '', ''];
  const { role, regions, nextIndex, link } = status;
  const index = indexText(nextIndex);
  const lag = link === undefined ? ['', ''] : [String(link.lagRecords), String(link.lagMs)];
  return [name, plainName(Role, role), memberState(status), String(regions), index, ...lag];
}
