import { parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import type { Connection } from '../ports.ts';
import { ownAddresses } from './own-addresses.ts';

const prefixes = (texts: readonly string[]) => texts.map((text) => parsePrefix(text));

function own(of: {
  readonly src: readonly string[];
  readonly gateways?: readonly string[];
  readonly policies?: readonly string[];
  readonly vips?: readonly string[];
  readonly known?: readonly string[];
}) {
  const connection: Connection = {
    id: '1',
    state: 'up',
    srcIps: prefixes(of.src),
    gateways: prefixes(of.gateways ?? []),
    policies: prefixes(of.policies ?? []).map((from) => ({ from, nextHops: [] })),
  };
  const { ips, isCertain } = ownAddresses(connection, prefixes(of.vips ?? []), prefixes(of.known ?? []));
  return { ips: ips.map(printPrefix), isCertain };
}

test("with gateways, the target's own addresses are those in a gateway's network that are no VIP", () => {
  const gateways = ['10.1.0.254/24', 'fd00:1::fe/64'];
  const src = ['10.1.0.1/24', '10.2.0.1/24', 'fd00:1::1/64', '20.0.0.1/32', '10.1.0.9/32'];
  expect(own({ src, gateways, vips: ['10.1.0.9/32', '20.0.0.1/32'] })).toEqual({
    ips: ['10.1.0.1/24', 'fd00:1::1/64'],
    isCertain: true,
  });
});

test('without gateways, at connect time, they are all that are no VIP', () => {
  const src = ['10.1.0.1/24', '20.0.0.1/32'];
  expect(own({ src, vips: ['20.0.0.1/32'] })).toEqual({ ips: ['10.1.0.1/24'], isCertain: false });
});

test('without gateways, what was known holds as far as the connection still has it', () => {
  const known = ['10.1.0.1/24'];
  expect(own({ src: ['10.1.0.1/24', '10.9.0.1/24'], known }).ips).toEqual(known);
  expect(own({ src: ['10.9.0.1/24'], known }).ips).toEqual(['10.9.0.1/24']);
  expect(own({ src: [], known }).ips).toEqual([]);
});

test('a VIP of the time before, which only the policies of a recovered connection tell, is none of them', () => {
  expect(own({ src: ['10.1.0.1/24', '20.0.0.1/32'], policies: ['20.0.0.1/32'] }).ips).toEqual([
    '10.1.0.1/24',
  ]);
});
