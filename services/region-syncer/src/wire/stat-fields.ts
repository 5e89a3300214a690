// The traffic of a region as pdpb.RegionStat carries it.
import { Cursor } from '@syncline/protobuf/cursor.ts';

const statField = { bytesWritten: 1, bytesRead: 2, keysWritten: 3, keysRead: 4 } as const;
const twoTo32 = 2 ** 32;

/** Traffic within the last heartbeat's interval; a count beyond 2^53 is rounded. True until the next read. */
export class StatFields {
  bytesWritten = 0;
  bytesRead = 0;
  keysWritten = 0;
  keysRead = 0;
}

const cursor = new Cursor();

/** Reads the RegionStat bytes[start, stop), which a block has as [statStart, statStop). */
export function readStat(bytes: Uint8Array, start: number, stop: number, into: StatFields): void {
  const at = cursor.over(bytes, start, stop);
  into.bytesWritten = into.bytesRead = into.keysWritten = into.keysRead = 0;
  while (at.at < stop) {
    const tag = at.tag('stat');
    switch (tag >>> 3) {
      case statField.bytesWritten:
        at.varint(tag, 'stat.bytes_written');
        into.bytesWritten = at.hi * twoTo32 + at.lo;
        break;
      case statField.bytesRead:
        at.varint(tag, 'stat.bytes_read');
        into.bytesRead = at.hi * twoTo32 + at.lo;
        break;
      case statField.keysWritten:
        at.varint(tag, 'stat.keys_written');
        into.keysWritten = at.hi * twoTo32 + at.lo;
        break;
      case statField.keysRead:
        at.varint(tag, 'stat.keys_read');
        into.keysRead = at.hi * twoTo32 + at.lo;
        break;
      default:
        at.skip(tag, 'stat');
    }
  }
}
