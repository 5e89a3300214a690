// A flow: which packets belong to a stream. Read once from what the NSP says of it; one part of it that cannot be read
// makes it no flow at all, since a flow with a condition less would take packets that are another's.

import type { Address } from '@syncline/trench/address.ts';
import { type ByteMatch, parseByteMatch } from '@syncline/trench/byte-match.ts';
import { type PortRange, parsePortRange } from '@syncline/trench/port-range.ts';
import { containsAddress, type Prefix, parsePrefix } from '@syncline/trench/prefix.ts';
import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import { parseTransport, type Transport } from '@syncline/trench/transport.ts';
import { type StreamMessage, streamNameOf } from '@syncline/trench/wire-name.ts';
import type { Packet } from '../packet/packet.ts';
import { hasPort } from '../packet/port.ts';
import { RowError } from '../row-error.ts';
import { byteMatchHolds } from './byte-match.ts';
import { unmappedPrefix } from './unmapped-prefix.ts';

/** What a flow asks of a packet: all of it must hold. An empty list asks for nothing. */
export interface Flow {
  readonly name: string;
  readonly stream: StreamName;
  /** The streamKey of its stream, which takes longer to make than all else of a lookup. */
  readonly streamKey: string;
  /** Of the flows that match, the one with the highest number wins. */
  readonly priority: number;
  readonly sources: readonly Prefix[];
  readonly destinations: readonly Prefix[];
  readonly protocols: readonly Transport[];
  readonly sourcePorts: readonly PortRange[];
  readonly destinationPorts: readonly PortRange[];
  readonly byteMatches: readonly ByteMatch[];
}

/** A flow as nsp.v1 says it. */
export interface FlowRow {
  readonly name: string;
  readonly sourceSubnets: readonly string[];
  readonly destinationPortRanges: readonly string[];
  readonly sourcePortRanges: readonly string[];
  readonly protocols: readonly string[];
  readonly priority: number;
  readonly stream?: StreamMessage | undefined;
  readonly vips: readonly { readonly address: string }[];
  readonly byteMatches: readonly string[];
}

/**
 * Throws MalformedError naming the first field that cannot be read, RowError without a stream, and MissingParentError
 * when that has no conduit or trench.
 */
export function readFlow(row: FlowRow): Flow {
  if (row.stream === undefined) throw new RowError('stream', 'stream cannot be nil');
  const stream = streamNameOf(row.stream);
  return {
    name: row.name,
    stream,
    streamKey: streamKey(stream),
    priority: row.priority,
    sources: row.sourceSubnets.map((text) => unmappedPrefix(parsePrefix(text, 'source subnet'))),
    destinations: row.vips.map(({ address }) => unmappedPrefix(parsePrefix(address, 'vip'))),
    protocols: row.protocols.map((text) => parseTransport(text, 'protocol')),
    sourcePorts: row.sourcePortRanges.map((text) => parsePortRange(text, 'source port range')),
    destinationPorts: row.destinationPortRanges.map((text) => parsePortRange(text, 'destination port range')),
    byteMatches: row.byteMatches.map((text) => parseByteMatch(text, 'byte match')),
  };
}

/**
 * Whether the packet is of this flow, as far as its destination address does not matter. An ICMP echo is when its
 * source is: whoever may connect may ping.
 */
export function takesFrom(flow: Flow, packet: Packet): boolean {
  if (!hasAddress(flow.sources, packet.source)) return false;
  if (packet.protocol === 'icmp') return true;
  return (
    (flow.protocols.length === 0 || flow.protocols.includes(packet.protocol)) &&
    hasPort(flow.destinationPorts, packet.destinationPort) &&
    hasPort(flow.sourcePorts, packet.sourcePort) &&
    flow.byteMatches.every((match) => byteMatchHolds(match, packet))
  );
}

function hasAddress(prefixes: readonly Prefix[], address: Address): boolean {
  return prefixes.length === 0 || prefixes.some((prefix) => holds(prefix, address));
}

/** Most flows take every source: for those no arithmetic. */
function holds(prefix: Prefix, address: Address): boolean {
  return prefix.length === 0 ? prefix.address.family === address.family : containsAddress(prefix, address);
}
