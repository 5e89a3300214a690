// What the entries of each list may say.

import { expect, test } from 'vitest';
import { problemsOf, small, trench } from './configuration.fixture.ts';

const conduit = (rest: string) => `${trench}conduits:\n  items:\n    - { name: c, trench: t, ${rest} }\n`;
const stream = (rest: string) => `${trench}streams:\n  items:\n    - { name: s, conduit: c, ${rest} }\n`;
const flow = (rest: string) => `${trench}flows:\n  items:\n    - { name: f, stream: s, ${rest} }\n`;
const vip = (rest: string) => `${trench}vips:\n  items:\n    - { name: v, trench: t, ${rest} }\n`;
const gateway = (rest: string) =>
  `${trench}gateways:\n  items:\n    - { name: g, trench: t, address: 10.0.0.1, ${rest} }\n`;
const nat = (rest: string) => conduit(`destination-port-nats: [${rest}]`);

test.each([
  ['a value that is a list', vip('address: []'), 'line 4: vips.items[0].address: must be one value'],
  [
    'a control character',
    vip('address: 1.2.3.4/32').replace('name: v', 'name: "a\\tb"'),
    'has control characters',
  ],
  [
    'max-targets too high',
    stream('max-targets: 10001'),
    'max-targets "10001": must be a whole number from 1 to 10000',
  ],
  ['max-targets of 0', stream('max-targets: 0'), 'max-targets "0": must be a whole number from 1 to 10000'],
  ['max-targets below 0', stream('max-targets: -1'), 'max-targets "-1": must be a whole number'],
  ['max-targets half', stream('max-targets: 1.5'), 'max-targets "1.5": must be a whole number'],
  ['max-targets a text', stream("max-targets: '5'"), 'max-targets "5": must be a whole number'],
  ['a priority below 0', flow('priority: -1'), 'priority "-1": must be a whole number from 0'],
  ['a priority too high', flow('priority: 2147483648'), 'priority "2147483648": must be a whole number'],
  ['a protocol unknown', flow('protocols: [icmp]'), 'protocols[0] "icmp": not one of tcp, udp, sctp'],
  ['a protocol twice', flow('protocols: [tcp, tcp]'), 'protocols[1] "tcp": is there twice'],
  [
    'a port too high',
    flow('source-port-ranges: [65536]'),
    'source-port-ranges[0] "65536": not any, a port from 0 to 65535, or first-last',
  ],
  ['a port range of three', flow('source-port-ranges: [1-2-3]'), '"1-2-3": not any, a port'],
  ['a port range backwards', flow('destination-port-ranges: [9-8]'), '"9-8": it ends before it begins'],
  ['ports that overlap', flow('destination-port-ranges: [8-10, 5, 10-20]'), '"10-20": overlaps 8-10'],
  ['ports that overlap any', flow('source-port-ranges: [any, 80]'), '"80": overlaps any'],
  ['a subnet with host bits', flow('source-subnets: [10.0.0.1/8]'), 'probably 10.0.0.0/8 is meant'],
  ['a subnet that is none', flow('source-subnets: [10.0.0/8]'), '"10.0.0/8": not an IPv4 or IPv6 address'],
  [
    'subnets that overlap',
    flow('source-subnets: [10.0.0.0/8, 10.1.0.0/16]'),
    '"10.1.0.0/16": overlaps 10.0.0.0/8',
  ],
  [
    'a byte match of 3 bytes',
    flow("byte-matches: ['tcp[0:3]=1']"),
    'byte-matches[0] "tcp[0:3]=1": not protocol[offset:size]&mask=value, such as',
  ],
  ['a byte match of icmp', flow("byte-matches: ['icmp[0:1]=1']"), 'not protocol[offset:size]'],
  [
    'a byte match with a value of too many bytes',
    flow("byte-matches: ['tcp[0:1]=0x100']"),
    'the value has more bytes than 1',
  ],
  [
    'a byte match with a mask of too many bytes',
    flow("byte-matches: ['tcp[0:2]&0x1ffff=0']"),
    'the mask has more bytes than 2',
  ],
  [
    'a byte match behind every packet',
    flow("byte-matches: ['tcp[65536:1]=0']"),
    '"tcp[65536:1]=0": no packet has so many bytes',
  ],
  ['a VIP without address', vip(''), 'line 4: vips.items[0].address: it has no prefix length'],
  ['a VIP without length', vip('address: 20.0.0.1'), 'address "20.0.0.1": it has no prefix length'],
  ['a VIP with host bits', vip('address: 20.0.0.1/24'), 'probably 20.0.0.0/24 is meant'],
  [
    'a VIP in two conduits',
    small.replace('vips: [v6]', 'vips: [v4]'),
    'a vip cannot be shared between 2 conduits: flow f1 of conduit a has it',
  ],
  [
    'a VIP of two attractors',
    `${trench}attractors:\n  items:\n    - { name: a, vips: [v] }\n    - { name: b, vips: [v] }\n`,
    'line 5: attractors.items[1].vips "v": a vip cannot be shared between 2 attractors: a has it',
  ],
  [
    'a port NAT without protocol',
    nat('{ port: 1, target-port: 2 }'),
    'destination-port-nats[0].protocol: is missing',
  ],
  [
    'a port NAT to port 0',
    nat('{ port: 1, target-port: 0, protocol: tcp }'),
    'target-port "0": must be a whole number from 1',
  ],
  [
    'a port NAT of icmp',
    nat('{ port: 1, target-port: 2, protocol: icmp }'),
    'destination-port-nats[0].protocol "icmp": not one of tcp, udp, sctp',
  ],
  [
    'two port NATs that are one',
    nat(
      '{ port: 1, target-port: 2, protocol: tcp, vips: [a] }, { port: 1, target-port: 2, protocol: tcp, vips: [b] }',
    ),
    'must be merged with [0]',
  ],
  [
    'two port NATs of a VIP’s port',
    nat(
      '{ port: 1, target-port: 2, protocol: tcp, vips: [a] }, { port: 2, target-port: 3, protocol: tcp, vips: [a] }',
    ),
    'vips "a": port 2 of it collides with [0]',
  ],
  [
    'a gateway with a prefix',
    gateway('').replace('10.0.0.1', '10.0.0.1/24'),
    'address "10.0.0.1/24": not an IPv4',
  ],
  ['a gateway of rip', gateway('protocol: rip'), 'protocol "rip": must be one of bgp, static'],
  [
    'a gateway of family 5',
    gateway('protocol: static, ip-family: ipv5'),
    'ip-family "ipv5": must be one of ipv4, ipv6',
  ],
  [
    'bgp without ASN',
    gateway('protocol: bgp, local-asn: 1'),
    'remote-asn: is missing; the protocol bgp needs it',
  ],
  ['bgp with ASN 0', gateway('remote-asn: 0, local-asn: 1'), 'remote-asn "0": must be a whole number from 1'],
  [
    'a hold time of 2 s',
    gateway('remote-asn: 1, local-asn: 1, hold-time: 2'),
    'hold-time "2": must be a whole number from 3',
  ],
  [
    'static with ASN',
    gateway('protocol: static, local-asn: 1'),
    'local-asn: must be absent when the protocol is static',
  ],
  [
    'bfd without its times',
    gateway('protocol: static, bfd: true, min-tx: 1, min-rx: 1'),
    'multiplier: is missing; bfd needs it',
  ],
  ['bfd yes', gateway('protocol: static, bfd: yes'), 'bfd "yes": must be true or false'],
  [
    'a secret without source',
    gateway('remote-asn: 1, local-asn: 1, bgp-auth: { key: k }'),
    'bgp-auth.source: is missing',
  ],
  [
    'too long a list',
    flow(`vips: [${'v, '.repeat(101)}]`),
    'line 4: flows.items[0].vips: has 101 entries; at the most 100',
  ],
] as const)('%s is refused', (_, text, expected) => {
  expect(problemsOf(text).join('\n')).toContain(expected);
});

test.each([
  ['any port', flow('source-port-ranges: [any]')],
  ['ports that touch', flow('source-port-ranges: [1-5, 6, 7-9]')],
  [
    'every form of byte match',
    flow("byte-matches: ['tcp[0 : 2] & 0xff=0x1f', 'sctp[12:4]=99', 'udp[0:1] & 0xf = 1']"),
  ],
  ['subnets of both families', flow("source-subnets: [0.0.0.0/0, '::/0']")],
  ['a VIP of a whole network', vip('address: 40.0.0.0/24')],
  [
    'port NATs of two VIPs',
    nat(
      '{ port: 1, target-port: 2, protocol: tcp, vips: [a] }, { port: 1, target-port: 3, protocol: tcp, vips: [b] }',
    ),
  ],
  ['a port NAT to its own port', nat('{ port: 1, target-port: 1, protocol: udp, vips: [a] }')],
] as const)('%s is well', (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});
