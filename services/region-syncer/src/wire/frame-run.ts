// The regions of a frame as a run: the frame's own bytes where they are one, written anew where a PD put them list
// after list. Every region of a run can stand, and everything in it is well-formed.
import type { ByteWriter } from './byte-writer.ts';
import { type FrameLists, type List, ListWalk, list } from './frame-lists.ts';
import { frameField } from './frame-tags.ts';
import { checkFields, checkUnread, regionProblem } from './region-check.ts';
import { RegionFields, readBlock, readBuckets, readLeader, readRegion } from './region-fields.ts';

export interface Run {
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
const nothing: Uint8Array = new Uint8Array(0);

/**
 * The run of a frame whose lists are `lists`. `converted` is cleared and holds the run when the message's own bytes
 * are none. Throws WireError at malformed bytes, and with `strict` at a region that cannot stand.
 */
export function readRun(message: Uint8Array, lists: FrameLists, strict: boolean, converted: ByteWriter): Run {
  if (lists.count(list.regions) === 0) return { bytes: nothing, count: 0, refused: 0 };
  const asIs = lists.asBlocks && areGood(message, lists.start, lists.end, strict);
  if (!asIs) return convert(message, lists, strict, converted);
  return { bytes: message.subarray(lists.start, lists.end), count: lists.count(list.regions), refused: 0 };
}

/** Whether every region of the run message[start, end) can stand; with `strict` throws the first problem. */
function areGood(message: Uint8Array, start: number, end: number, strict: boolean): boolean {
  for (let at = start; at < end; ) {
    at = readBlock(message, at, end, region);
    const problem = regionProblem(message, region);
    if (problem && strict) throw problem;
    if (problem) return false;
    checkUnread(message, region);
    checkFields(message, region.statStart, region.statStop, 'region_stats');
  }
  return true;
}

/**
 * As PD's follower matches the lists: region i has leader i unless its id is 0, and stat and buckets i only when
 * their list is as long as that of the regions.
 */
function convert(message: Uint8Array, lists: FrameLists, strict: boolean, into: ByteWriter): Run {
  const total = lists.count(list.regions);
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
    checkUnread(message, region);
    checkFields(message, stats.start, stats.stop, 'region_stats');
    readLeader(message, leaders.start, leaders.stop, region);
    readBuckets(message, buckets.start, buckets.stop, region);
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
