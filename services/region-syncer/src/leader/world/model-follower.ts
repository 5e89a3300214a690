// A follower in an explored run: it complains at once when it is sent what it cannot continue with.

import type { RegionTree } from '../../regions/region-tree.ts';
import type { Frame } from '../../wire/frame.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';

/** What a run does with a follower. */
export interface ModelFollower {
  /** The index that it asks for. */
  readonly asks: number;
  /** The highest term that it has seen; 0 for a PD, which knows of none. */
  readonly term: number;
  /** A stream of it begins; it calls `leave` when it wants another one. */
  begin(leave: () => void): void;
  /** It takes a frame. */
  receive(message: Uint8Array): void;
  /** Its stream is over; it will ask again. */
  over(): void;
  /** Nothing moves any more, so it has everything that the leader has. */
  check(): void;
}

const fields = new RegionFields();

/** Puts the regions of a frame. */
export function fold(tree: RegionTree | undefined, frame: Frame | undefined): void {
  if (tree === undefined || frame === undefined) throw new Error('there is nothing to fold');
  const { bytes } = frame.run;
  for (let at = 0; at < bytes.length; ) {
    const end = readBlock(bytes, at, bytes.length, fields);
    tree.put(bytes, at, end, fields, 0);
    at = end;
  }
}
