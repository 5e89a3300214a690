import { bytes, parseAddress, v4Mapped } from '@syncline/trench/address.ts';
import { address } from '@syncline/trench/arbitrary.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowHash } from './hash.ts';
import { type Packet, parsePacket } from './packet.ts';

const port = fc.nat({ max: 65_535 });
const packets: fc.Arbitrary<Packet> = fc.record({
  source: address,
  destination: address,
  protocol: fc.constantFrom('tcp', 'udp', 'sctp', 'icmp'),
  sourcePort: port,
  destinationPort: port,
  payload: fc.constant(new Uint8Array()),
});

/** djb2 as Bernstein wrote it, over a list of bytes. */
function djb2(of: readonly number[]): number {
  return of.reduce((hash, byte) => Number((BigInt(hash) * 33n + BigInt(byte)) & 0xffff_ffffn), 5_381);
}

test('the hash is djb2 over both addresses, the protocol and both ports', () => {
  const numbers = { icmp: 1, tcp: 6, udp: 17, sctp: 132 };
  fc.assert(
    fc.property(packets, (packet) => {
      const ports = [packet.sourcePort, packet.destinationPort].flatMap((each) => [each >> 8, each & 0xff]);
      const addresses = [packet.source, packet.destination].flatMap((each) => bytes(v4Mapped(each)));
      expect(flowHash(packet)).toBe(djb2([...addresses, numbers[packet.protocol], ...ports]));
    }),
  );
});

test('an IPv4 address and its v4-mapped form hash alike', () => {
  const text = { protocol: 'tcp', sourcePort: 1, destinationPort: 2, payload: new Uint8Array() };
  const plain = parsePacket({ ...text, sourceIp: '10.0.0.1', destinationIp: '20.0.0.1' });
  const mapped = parsePacket({ ...text, sourceIp: '::ffff:10.0.0.1', destinationIp: '::ffff:20.0.0.1' });
  expect(mapped).toEqual(plain);
  expect(flowHash(mapped)).toBe(flowHash(plain));
  expect(plain.source).toEqual(parseAddress('10.0.0.1'));
});
