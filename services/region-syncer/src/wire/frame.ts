// A frame of pdpb.PD/SyncRegions from any leader: a Syncline of any version or a PD. It is read whole before anything
// of it counts: one malformed byte, or in a Syncline's one region that cannot stand, refuses all of it.
import type { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { emptyHead, type ReadHead, readHeadField } from './frame-head.ts';
import { FrameLists, type ListName, listName, listOf } from './frame-lists.ts';
import { convertRun, type FrameRun, readOwnRun } from './frame-run.ts';

/** What is taken at the most; more is a WireError. An old PD leader replays up to 10,000 regions in one frame. */
export interface FrameLimits {
  /** Regions, and removed ids. */
  readonly blocks: number;
  /** Of the whole message. */
  readonly bytes: number;
}

export interface Frame extends ReadHead {
  readonly run: FrameRun;
  /**
   * The lists of a PD's frame that are not taken whole: regions when some cannot stand, the others when they are not as
   * long. Of a Syncline's frame none: it is refused.
   */
  readonly incomplete: readonly ListName[];
}

/**
 * Reads the message (without gRPC's five bytes). `converted` is cleared and holds the run when the message's own bytes
 * are none, so a frame is true until the next is read with the same one. A frame that states a kind is a Syncline's
 * and held to a Syncline's rules; of any other, regions that cannot stand are left out and counted. Throws WireError.
 */
export function readFrame(message: Uint8Array, limits: FrameLimits, converted: ByteWriter): Frame {
  if (message.length > limits.bytes) {
    throw new WireError('frame', `has ${message.length} bytes, at most ${limits.bytes} are taken`);
  }
  const head = emptyHead();
  const lists = new FrameLists();
  const at = new Cursor().over(message, 0, message.length);
  while (at.more()) {
    const from = at.at;
    const tag = at.tag('frame');
    const which = listOf(tag >>> 3);
    if (which === undefined) readHeadField(at, tag, head, limits.blocks);
    else if (head.kind !== 0 && lists.isEmpty)
      return { ...head, run: readOwnRun(message, from, limits.blocks), incomplete: [] };
    else {
      at.content(tag, listName[which]);
      lists.add(which, from, limits.blocks);
    }
  }
  const run = convertRun(message, lists, head.kind !== 0, converted);
  return { ...head, run, incomplete: run.refused > 0 ? ['regions', ...lists.unmatched] : lists.unmatched };
}
