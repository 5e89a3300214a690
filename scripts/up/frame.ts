// The picture of `make up` in a terminal, as lines that fit it: what is in sync, how far the copies of the regions are,
// how the streams stand, the leaves that change, what to try.

import type { DatastoreStatus } from '@syncline/proto/datastore.ts';
import type { TapDump } from '@syncline/proto/tap-admin.ts';
import { stateText } from 'syncline/status-text.ts';
import type { Hint } from './hints.ts';
import type { BoardRow } from './leaf-board.ts';
import { type MemberStatuses, memberTable } from './region-members.ts';
import { streamTable } from './streams.ts';

/** Everything that is shown. */
export interface Picture {
  readonly status: DatastoreStatus | undefined;
  /** Changes a second. */
  readonly rate: number;
  readonly members: MemberStatuses;
  /** The tap's; undefined before its first word. */
  readonly tap: TapDump | undefined;
  readonly rows: readonly BoardRow[];
  readonly hints: readonly Hint[];
  /** The last thing a service complained of, '' when none did. */
  readonly complaint: string;
  readonly nowMs: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What there is room for. */
export interface Room {
  readonly leaves: number;
  readonly hints: readonly Hint[];
}

// The summary, the complaint, the head of the members, a line below them and below the streams, the head of the leaves.
const headLines = 6;
// Two empty lines, and what is above and below the hints.
const footLines = 4;
// Leaves come before hints, up to so many.
const leastLeaves = 4;
const indent = '  ';

/** How a terminal is shared; at least one leaf is shown, and no command that would be cut. */
export function roomIn(
  { columns, rows }: Size,
  { members, tap, hints }: Pick<Picture, 'members' | 'tap' | 'hints'>,
): Room {
  const room = Math.max(1, rows - headLines - members.size - streamTable(tap).length - footLines);
  const shown = hints
    .filter(({ command }) => indent.length + command.length <= columns)
    .slice(0, Math.max(0, room - leastLeaves));
  return { leaves: room - shown.length, hints: shown };
}

/** The lines, none wider than the terminal. */
export function drawFrame(picture: Picture, size: Size): string[] {
  const { status, rate, members, tap, rows, complaint, nowMs } = picture;
  const { columns } = size;
  const room = roomIn(size, picture);
  const pathWidth = Math.max(4, Math.min(Math.floor(columns * 0.6), longest(rows)));
  const valueWidth = Math.max(5, columns - pathWidth - 2 - 16);
  const line = (path: string, value: string, changes: string, age: string) =>
    `${fit(path, pathWidth)}  ${fit(value, valueWidth)} ${changes.padStart(8)} ${age.padStart(5)}`;
  const leaves = rows
    .slice(0, room.leaves)
    .map(({ path, value, changes, atMs }) => line(path, value, String(changes), ageText(nowMs - atMs)));
  const commandWidth = Math.min(columns / 2, Math.max(0, ...room.hints.map(({ command }) => command.length)));
  return [
    summary(status, rate),
    complaint === '' ? '' : `! ${complaint}`,
    ...memberTable(members),
    '',
    ...streamTable(tap),
    '',
    line('CHANGED LEAF', 'VALUE', 'CHANGES', 'AGO'),
    ...(leaves.length > 0 ? leaves : ['(waiting for the first change)']),
    '',
    'Try, in another terminal:',
    ...room.hints.map(({ command, shows }) => `${indent}${command.padEnd(commandWidth)}  # ${shows}`),
    '',
    'Ctrl-C stops everything.',
  ]
    .slice(0, size.rows)
    .map((text) => text.slice(0, columns));
}

function summary(status: DatastoreStatus | undefined, rate: number): string {
  if (status === undefined) return 'local: starting';
  const received = status.syncs.reduce((sum, { ledger }) => sum + (ledger?.received ?? 0n), 0n);
  const dropped = status.syncs.reduce((sum, { ledger }) => sum + (ledger?.dropped ?? 0n), 0n);
  return (
    `local: ${stateText(status)}  version ${status.runningVersion}  ${status.leaves} leaves  ` +
    `${rate.toFixed(1)} changes/s  ${received} received, ${dropped} dropped`
  );
}

function longest(rows: readonly BoardRow[]): number {
  return rows.reduce((most, { path }) => Math.max(most, path.length), 'CHANGED LEAF'.length);
}

/** The text in exactly this width; the beginning of one that is too long goes, because paths differ at their end. */
function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `…${text.slice(text.length - width + 1)}`;
}

function ageText(ms: number): string {
  if (ms < 1_000) return 'now';
  const seconds = Math.floor(ms / 1_000);
  return seconds < 100
    ? `${seconds}s`
    : seconds < 6_000
      ? `${Math.floor(seconds / 60)}m`
      : `${Math.floor(seconds / 3_600)}h`;
}
