import type { ByteMatch } from '@syncline/trench/byte-match.ts';
import type { Packet } from '../packet/packet.ts';

/** Whether the condition holds; not for a packet of another protocol, or one that ends before. */
export function byteMatchHolds({ protocol, offset, size, mask, value }: ByteMatch, packet: Packet): boolean {
  const { payload } = packet;
  if (packet.protocol !== protocol || payload.length < offset + size) return false;
  let found = 0;
  for (let at = offset; at < offset + size; at++) found = found * 256 + (payload[at] as number);
  return (found & mask) >>> 0 === value;
}
