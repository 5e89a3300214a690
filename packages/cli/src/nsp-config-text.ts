// The configuration of a trench: of each kind of object the columns for people, which are the members for programs.

import type { Attractor, Conduit, Flow, Gateway, Stream, Vip } from '@syncline/proto/nsp-model.ts';
import type { Printable } from './print.ts';
import { streamText } from './stream-name.ts';

/** An object of the configuration, by what it is made of; lists are shown with commas. */
export type ConfigRow = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export function conduitRow({ name, trench, destinationPortNats }: Conduit): ConfigRow {
  return {
    conduit: name,
    trench: trench?.name ?? '',
    port_nats: destinationPortNats.map(
      ({ protocol, port, targetPort, vips }) =>
        `${protocol} ${namesOf(vips).join('+')}:${port} to ${targetPort}`,
    ),
  };
}

export function streamRow(stream: Stream): ConfigRow {
  return { stream: streamText(stream), max_targets: stream.maxTargets };
}

export function flowRow(flow: Flow): ConfigRow {
  return {
    flow: flow.name,
    stream: flow.stream === undefined ? '' : streamText(flow.stream),
    priority: flow.priority,
    vips: flow.vips.map(({ address }) => address),
    protocols: flow.protocols,
    ports: flow.destinationPortRanges,
    source_ports: flow.sourcePortRanges,
    sources: flow.sourceSubnets,
    byte_matches: flow.byteMatches,
  };
}

export function vipRow({ name, address, trench }: Vip): ConfigRow {
  return { vip: name, address, trench: trench?.name ?? '' };
}

export function attractorRow({ name, vips, gateways, trench }: Attractor): ConfigRow {
  return { attractor: name, vips: namesOf(vips), gateways: namesOf(gateways), trench: trench?.name ?? '' };
}

export function gatewayRow(gateway: Gateway): ConfigRow {
  const { name, address, ipFamily, protocol, remoteASN, localASN, remotePort, localPort, bfd } = gateway;
  return {
    gateway: name,
    address,
    family: ipFamily,
    protocol,
    remote_asn: remoteASN,
    local_asn: localASN,
    remote_port: remotePort,
    local_port: localPort,
    bfd,
  };
}

/** The object for programs: as in the table, with each range of ports as its first and its last. */
export function configJson(row: ConfigRow): Printable {
  const { ports, source_ports } = row;
  return {
    ...row,
    ...(isList(ports) && { ports: ports.map(portRange) }),
    ...(isList(source_ports) && { source_ports: source_ports.map(portRange) }),
  };
}

/** The range of `any`, `80` or `1024-65535`, as an NSP writes them; any other text stays itself. */
function portRange(text: string): Printable {
  if (text === 'any') return { first: 0, last: 65_535 };
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first === undefined ? text : { first: Number(first), last: Number(last) };
}

function isList(value: ConfigRow[string] | undefined): value is readonly string[] {
  return Array.isArray(value);
}

/** One cell of a table. */
export function cellText(value: ConfigRow[string] | undefined): string {
  const text = typeof value === 'object' ? value.join(', ') : String(value ?? '');
  return text === '' ? '-' : text;
}

function namesOf(objects: readonly { readonly name: string }[]): readonly string[] {
  return objects.map(({ name }) => name);
}
