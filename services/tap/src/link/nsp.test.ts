import { Target, Target_Status, Target_Type } from '@syncline/proto/nsp-targetregistry.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { edge, scripted, staying, target, web } from './neighbours.fixture.ts';

const { signal } = new AbortController();
const limits = { signal, deadlineMs: 5_000 };

test('a target is written with its identifier in the context, type DEFAULT, and names alone in its stream', async () => {
  const written: Target[] = [];
  const take = (each: Target) => {
    written.push(each);
    return Promise.resolve();
  };
  await using neighbours = await scripted({ register: take, unregister: take });
  await neighbours.lines.registry.register(target, limits);
  await neighbours.lines.registry.unregister({ ...target, status: 'disabled' }, limits);
  const message = {
    ips: ['172.16.0.5/24', 'fd00::5/64'],
    context: { identifier: '7' },
    type: Target_Type.DEFAULT,
    stream: { name: 'web', conduit: { name: 'edge', trench: { name: 'demo' } } },
  };
  expect(written).toMatchObject([
    { ...message, status: Target_Status.ENABLED },
    { ...message, status: Target_Status.DISABLED },
  ]);
});

test('a list asks for ANY status, takes the first message, and has no identifier for what is no number', async () => {
  const filters: Target[] = [];
  const targets = [
    Target.fromPartial({
      ips: ['10.0.0.1/24'],
      context: { identifier: '12' },
      status: Target_Status.DISABLED,
    }),
    Target.fromPartial({ ips: ['10.0.0.2/24'], context: { identifier: '-1' } }),
    Target.fromPartial({ ips: [], context: {} }),
  ];
  await using neighbours = await scripted({
    targets: (filter) => {
      filters.push(filter);
      return staying({ targets }, { targets: [] });
    },
  });
  expect(await neighbours.lines.registry.list(web, limits)).toEqual([
    { ips: ['10.0.0.1/24'], identifier: 12, status: 'disabled' },
    { ips: ['10.0.0.2/24'], identifier: undefined, status: 'enabled' },
    { ips: [], identifier: undefined, status: 'enabled' },
  ]);
  expect(filters).toMatchObject([
    { status: Target_Status.ANY, type: Target_Type.DEFAULT, stream: { name: 'web' } },
  ]);
});

test('a registry watch that ends without a list is UNAVAILABLE', async () => {
  await using neighbours = await scripted({ targets: () => nothing() });
  await expect(neighbours.lines.registry.list(web, limits)).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
  });
});

test('the streams of a conduit come with their max-targets, and 100 where an old NSP sends none', async () => {
  await using neighbours = await scripted({
    watchStream: ({ conduit }) =>
      staying({
        streams: [
          { name: 'web', conduit, maxTargets: 3 },
          { name: 'dns', conduit, maxTargets: 0 },
        ],
      }),
  });
  for await (const streams of neighbours.lines.configuration.watchStreams(edge, signal)) {
    expect(streams).toEqual([
      { name: 'web', maxTargets: 3 },
      { name: 'dns', maxTargets: 100 },
    ]);
    break;
  }
});

test('the VIPs of all flows come once each; one that is no prefix is left out and told', async () => {
  const vips = (...addresses: string[]) => ({ vips: addresses.map((address) => ({ address })) });
  await using neighbours = await scripted({
    watchFlow: ({ stream }) =>
      staying({
        flows: [
          vips('20.0.0.1/32', '2001:db8::1/128'),
          vips('20.0.0.1/32', '2001:DB8:0::1/128', '20.0.0.300/32'),
        ].map((flow) => ({ ...flow, stream })),
      }),
  });
  for await (const flows of neighbours.lines.configuration.watchFlows(edge, signal)) {
    expect(flows.map(printPrefix)).toEqual(['20.0.0.1/32', '2001:db8::1/128']);
    break;
  }
  expect(neighbours.refused).toEqual(['VIP "20.0.0.300/32": not an IPv4 or IPv6 address']);
  expect(neighbours.inbox.counts).toMatchObject({ received: 1, applied: 1 });
});

async function* nothing(): AsyncGenerator<never> {}
