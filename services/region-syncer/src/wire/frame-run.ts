// The regions of a frame as a run: a Syncline's own bytes, or written anew where another put them list after list.
// Every region of a run can stand, and everything in it is well-formed.
import type { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { type FrameLists, type List, ListWalk, list, listName } from './frame-lists.ts';
import { frameField } from './frame-tags.ts';
import { checkKept } from './kept-fields.ts';
import { regionProblem } from './region-check.ts';
import { RegionFields, readBlock, readBuckets, readLeader, readRegion } from './region-fields.ts';
import { readStat, StatFields } from './stat-fields.ts';

export interface FrameRun {
  /** `count` blocks; a view on the message or on what it was converted into. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /**
   * Regions of a PD's frame that cannot stand and are not in `bytes`, where a PD would keep them. The frame has
   * count + refused records, and if any is refused the blocks are not of consecutive indexes.
   */
  readonly refused: number;
}

const region = new RegionFields();
const stat = new StatFields();

/** The run of a Syncline, which is the rest of its message. Throws WireError, also beyond `most` blocks. */
export function readOwnRun(message: Uint8Array, start: number, most: number): FrameRun {
  const count = checkOwnRun(message, start, most);
  return { bytes: message.subarray(start), count, refused: 0 };
}

/** How many blocks there are, all of them well-formed. Nothing but the loop: V8 compiles it while it runs. */
function checkOwnRun(message: Uint8Array, start: number, most: number): number {
  const stop = message.length;
  let count = 0;
  for (let at = start; at < stop; count++) {
    if (count === most) throw new WireError('regions', `are more than ${most}`);
    at = readBlock(message, at, stop, region);
    const problem = regionProblem(message, region);
    if (problem) throw problem;
    checkKept(message, region);
    readStat(message, region.statStart, region.statStop, stat);
  }
  return count;
}

/**
 * The run of any other frame, whose lists are `lists`. `into` is cleared and holds it. Throws WireError at malformed
 * bytes, and with `strict` at a region that cannot stand and at lists of different lengths.
 *
 * The lists are matched as PD's follower does it: region i has leader i unless its id is 0, and stat and buckets i
 * only when their list is as long as that of the regions.
 */
export function convertRun(
  message: Uint8Array,
  lists: FrameLists,
  strict: boolean,
  into: ByteWriter,
): FrameRun {
  const total = lists.count(list.regions);
  if (strict) checkLengths(lists, total);
  const regions = new ListWalk(message, lists, list.regions, total);
  const leaders = new ListWalk(message, lists, list.leaders, lists.count(list.leaders));
  const stats = new ListWalk(message, lists, list.stats, parallel(lists, list.stats));
  const buckets = new ListWalk(message, lists, list.buckets, parallel(lists, list.buckets));
  into.clear();
  let count = 0;
  for (let i = 0; i < total; i++) {
    regions.next();
    stats.next();
    leaders.next();
    buckets.next();
    readRegion(message, regions.start, regions.stop, region);
    readStat(message, stats.start, stats.stop, stat);
    readLeader(message, leaders.start, leaders.stop, region);
    readBuckets(message, buckets.start, buckets.stop, region);
    checkKept(message, region);
    const problem = regionProblem(message, region);
    if (problem && strict) throw problem;
    if (problem) continue;
    count++;
    const led = region.leaderIdLo !== 0 || region.leaderIdHi !== 0;
    into.content(frameField.regions, message, regions.start, regions.stop);
    into.content(frameField.stats, message, stats.start, stats.stop);
    into.content(frameField.leaders, message, leaders.start, led ? leaders.stop : leaders.start);
    into.content(frameField.buckets, message, buckets.start, buckets.stop);
  }
  return { bytes: into.view(), count, refused: total - count };
}

/** How much of a list counts that is of use only when it is as long as that of the regions. */
function parallel(lists: FrameLists, which: List): number {
  return lists.count(which) === lists.count(list.regions) ? lists.count(which) : 0;
}

/** A Syncline leaves no element out, whatever order it writes them in. */
function checkLengths(lists: FrameLists, total: number): void {
  for (const which of [list.stats, list.leaders, list.buckets]) {
    const count = lists.count(which);
    if (count !== total) throw new WireError(listName[which], `are ${count}, of ${total} regions`);
  }
}
