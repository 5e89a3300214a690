import { expect, test } from 'vitest';
import { type PacketText, parsePacket } from './packet.ts';

const good: PacketText = {
  sourceIp: '10.0.0.1',
  destinationIp: '20.0.0.1',
  protocol: 'tcp',
  sourcePort: 40_000,
  destinationPort: 80,
  payload: new Uint8Array(),
};

test.each<[Partial<PacketText>, string]>([
  [{ sourceIp: '10.0.0' }, 'packet.source_ip "10.0.0": not an IPv4 or IPv6 address'],
  [{ sourceIp: '' }, 'packet.source_ip "": not an IPv4 or IPv6 address'],
  [{ destinationIp: '20.0.0.1/32' }, 'packet.destination_ip "20.0.0.1/32": not an IPv4 or IPv6 address'],
  [{ destinationIp: 'fe80::1%eth0' }, 'packet.destination_ip "fe80::1%eth0": an address here has no zone'],
  [
    { destinationIp: '2001:db8::1' },
    'packet.destination_ip "2001:db8::1": not of the family of packet.source_ip, which is ipv4',
  ],
  [{ protocol: 'TCP' }, 'packet.protocol "TCP": not one of tcp, udp, sctp, icmp'],
  [{ protocol: '' }, 'packet.protocol "": not one of tcp, udp, sctp, icmp'],
  [{ sourcePort: 65_536 }, 'packet.source_port "65536": not a port from 0 to 65535'],
  [{ destinationPort: 4_294_967_295 }, 'packet.destination_port "4294967295": not a port from 0 to 65535'],
  [{ protocol: 'icmp' }, 'packet.source_port "40000": icmp has no ports'],
])('%j is refused by field and value', (wrong, message) => {
  expect(() => parsePacket({ ...good, ...wrong })).toThrow(message);
});

test('an echo has no ports', () => {
  const echo = parsePacket({ ...good, protocol: 'icmp', sourcePort: 0, destinationPort: 0 });
  expect(echo).toMatchObject({ protocol: 'icmp', sourcePort: 0, destinationPort: 0 });
});
