import { type Address, parseAddress } from '@syncline/trench/address.ts';
import { type ByteMatch, parseByteMatch } from '@syncline/trench/byte-match.ts';
import type { PortRange } from '@syncline/trench/port-range.ts';
import { containsAddress, type Prefix, parsePrefix } from '@syncline/trench/prefix.ts';
import { streamKey } from '@syncline/trench/stream-name.ts';
import { transports } from '@syncline/trench/transport.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finish } from '../finish.fixture.ts';
import type { Packet } from '../packet/packet.ts';
import { Classifier } from './classifier.ts';
import type { Flow } from './flow.ts';

const classifierOf = (flows: readonly Flow[]) => finish(Classifier.indexing(flows));

// Few addresses, networks and ports, so that flows and packets meet.
const destination = fc.constantFrom('20.0.0.1', '20.0.0.2', '20.0.1.1', '2001:db8::1', '2001:db8::2');
const vip = fc.constantFrom(
  '20.0.0.1/32',
  '20.0.0.2/32',
  '20.0.0.0/24',
  '20.0.0.7/16',
  '0.0.0.0/0',
  '2001:db8::1/128',
  '2001:db8::/64',
  '::/0',
);
const source = fc.constantFrom('10.0.0.1', '10.1.0.1', 'fd00::1', 'fd01::1');
const subnet = fc.constantFrom('10.0.0.0/16', '10.0.0.0/8', '10.1.0.1/32', 'fd00::/16', '::/0');
const port = fc.constantFrom(0, 1, 80, 81, 95, 96, 97, 65_535);
const range: fc.Arbitrary<PortRange> = fc
  .tuple(port, port)
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const byteMatch: fc.Arbitrary<ByteMatch> = fc
  .constantFrom('tcp[0:1]=1', 'tcp[0:1]&0x01=1', 'udp[1:2]=0', 'sctp[0:4]=7')
  .map((text) => parseByteMatch(text, 'byte match'));
const short = { maxLength: 3 } as const;

const stream = { trench: 't', conduit: 'c', stream: 's' };

const flow: fc.Arbitrary<Flow> = fc.record({
  name: fc.stringMatching(/^[a-z]{1,3}$/),
  stream: fc.constant(stream),
  streamKey: fc.constant(streamKey(stream)),
  priority: fc.integer({ min: -1, max: 3 }),
  sources: fc.array(
    subnet.map((text) => parsePrefix(text)),
    short,
  ),
  destinations: fc.array(
    vip.map((text) => parsePrefix(text)),
    short,
  ),
  protocols: fc.subarray([...transports]),
  sourcePorts: fc.array(range, { maxLength: 1 }),
  destinationPorts: fc.array(range, short),
  byteMatches: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(byteMatch, { maxLength: 2 })),
});
const flows = fc.uniqueArray(flow, { maxLength: 30, selector: ({ name }) => name });

const packet: fc.Arbitrary<Packet> = fc
  .record({
    source: source.map((text) => parseAddress(text)),
    destination: destination.map((text) => parseAddress(text)),
    protocol: fc.constantFrom(...transports, 'icmp' as const),
    sourcePort: port,
    destinationPort: port,
    payload: fc.constantFrom('', '01', '0000', '010000', '00000007').map((hex) => Buffer.from(hex, 'hex')),
  })
  .filter((each) => each.source.family === each.destination.family);

/** The rule of the spec, word for word, without any index. */
function oracle(all: readonly Flow[], of: Packet): Flow | undefined {
  return all
    .filter((each) => matchesFully(each, of))
    .toSorted((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1))[0];
}

function matchesFully(rule: Flow, of: Packet): boolean {
  const anyOf = (prefixes: readonly Prefix[], address: Address) =>
    prefixes.length === 0 || prefixes.some((each) => containsAddress(each, address));
  const inRange = (ranges: readonly PortRange[], number: number) =>
    ranges.length === 0 || ranges.some((each) => number >= each.first && number <= each.last);
  if (!anyOf(rule.sources, of.source) || !anyOf(rule.destinations, of.destination)) return false;
  if (of.protocol === 'icmp') return true;
  return (
    (rule.protocols.length === 0 || rule.protocols.some((each) => each === of.protocol)) &&
    inRange(rule.sourcePorts, of.sourcePort) &&
    inRange(rule.destinationPorts, of.destinationPort) &&
    rule.byteMatches.every(({ protocol, offset, size, mask, value }) => {
      const found = of.payload.subarray(offset, offset + size);
      if (of.protocol !== protocol || found.length < size) return false;
      const number = BigInt(`0x${Buffer.from(found).toString('hex')}`);
      return (number & BigInt(mask)) === BigInt(value);
    })
  );
}

test('the index finds the flow that trying all of them finds', () => {
  fc.assert(
    fc.property(flows, fc.array(packet, { minLength: 1, maxLength: 20 }), (all, of) => {
      const classifier = classifierOf(all);
      for (const each of of) expect(classifier.flowOf(each)?.name).toBe(oracle(all, each)?.name);
    }),
    { numRuns: 500 },
  );
});

test('the order in which flows are told does not matter', () => {
  const shuffled = flows.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, packet, ([told, otherwise], of) => {
      expect(classifierOf(otherwise).flowOf(of)).toBe(classifierOf(told).flowOf(of));
    }),
  );
});

const anything: Flow = {
  name: 'anything',
  stream,
  streamKey: streamKey(stream),
  priority: 1,
  sources: [],
  destinations: [],
  protocols: [],
  sourcePorts: [],
  destinationPorts: [],
  byteMatches: [],
};
const toWeb: Packet = {
  source: parseAddress('10.0.0.1'),
  destination: parseAddress('20.0.0.1'),
  protocol: 'tcp',
  sourcePort: 40_000,
  destinationPort: 80,
  payload: new Uint8Array(),
};

test('the higher priority wins, and the flow that does not match in full never', () => {
  const low = { ...anything, name: 'low', priority: 1 };
  const high = { ...anything, name: 'high', priority: 2 };
  const higher = { ...anything, name: 'higher', priority: 3, destinationPorts: [{ first: 81, last: 90 }] };
  expect(classifierOf([low, high, higher]).flowOf(toWeb)?.name).toBe('high');
});

test('without a flow that matches there is none', () => {
  expect(classifierOf([]).flowOf(toWeb)).toBeUndefined();
  const dns = { ...anything, protocols: ['udp' as const] };
  expect(classifierOf([dns]).flowOf(toWeb)).toBeUndefined();
});

test('an echo matches by its addresses alone', () => {
  const web = {
    ...anything,
    destinations: [parsePrefix('20.0.0.1/32')],
    protocols: ['tcp' as const],
    destinationPorts: [{ first: 443, last: 443 }],
    byteMatches: [parseByteMatch('tcp[0:1]=1', 'byte match')],
  };
  const echo: Packet = { ...toWeb, protocol: 'icmp', sourcePort: 0, destinationPort: 0 };
  expect(classifierOf([web]).flowOf(echo)).toBe(web);
  expect(classifierOf([web]).flowOf({ ...echo, destination: parseAddress('20.0.0.2') })).toBeUndefined();
});
