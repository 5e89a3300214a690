import { parsePrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import type { Connection } from '../ports.ts';
import { Link } from './link.ts';
import { VipPlan } from './vip-plan.ts';

const gateways = [parsePrefix('10.1.0.254/24')];
const bare: Connection = {
  id: '1',
  state: 'up',
  srcIps: [parsePrefix('10.1.0.1/24')],
  gateways,
  policies: [],
};
const vip = parsePrefix('20.0.0.1/32');

function linkOf(connection: Connection): Link {
  const link = new Link(2_000);
  link.asking();
  link.answered(connection, 0);
  return link;
}

test('nothing is asked for while the VIPs are unknown, nor when there are none', () => {
  const plan = new VipPlan();
  expect(plan.isDue(linkOf(bare))).toBe(false);
  plan.set([]);
  expect(plan.isDue(linkOf(bare))).toBe(false);
});

test('VIPs are asked for once, even of a proxy that does not take them, and again when they are others', () => {
  const plan = new VipPlan();
  const link = linkOf(bare);
  plan.set([vip]);
  expect(plan.isDue(link)).toBe(true);
  plan.asked(plan.egress(link));
  expect(plan.isDue(link)).toBe(false);
  plan.set([vip, parsePrefix('20.0.0.2/32')]);
  expect(plan.isDue(link)).toBe(true);
});

test('a connection that has the VIPs is left alone, and asked again when its bridge has other addresses', () => {
  const plan = new VipPlan();
  plan.set([vip]);
  const { srcIps, policies } = plan.egress(linkOf(bare)) ?? bare;
  const applied = { ...bare, srcIps, policies };
  expect(plan.isDue(linkOf(applied))).toBe(false);
  expect(plan.isDue(linkOf({ ...applied, gateways: [parsePrefix('10.1.0.253/24')] }))).toBe(true);
});
