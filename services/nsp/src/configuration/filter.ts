// What a watcher of the configuration asks for. An empty name matches all names, and a parent that is absent matches
// nothing: that is Meridio's contract. Only the name of a trench itself is exact.

import type { Attractor, Conduit, Flow, Gateway, Stream, Trench, Vip } from './model.ts';

/** Messages of nsp.v1 are filters as they are. */
export interface TrenchFilter {
  readonly name: string;
}

export interface ConduitFilter {
  readonly name: string;
  readonly trench: TrenchFilter | undefined;
}

export interface StreamFilter {
  readonly name: string;
  readonly conduit: ConduitFilter | undefined;
}

export interface FlowFilter {
  readonly name: string;
  readonly stream: StreamFilter | undefined;
}

/** Of VIPs, attractors and gateways, which have the trench as their parent, as conduits do. */
export type InTrenchFilter = ConduitFilter;

/** Whether a watch for this trench is told of it. */
export function isTrench(filter: TrenchFilter, trench: Trench): boolean {
  return filter.name === trench.name;
}

export function matchesInTrench(
  filter: InTrenchFilter | undefined,
  object: Conduit | Vip | Attractor | Gateway,
): boolean {
  if (filter?.trench === undefined) return false;
  return matchesName(filter.name, object.name) && matchesName(filter.trench.name, object.trench.name);
}

export function matchesStream(filter: StreamFilter | undefined, stream: Stream): boolean {
  return (
    filter !== undefined &&
    matchesName(filter.name, stream.name) &&
    matchesInTrench(filter.conduit, stream.conduit)
  );
}

export function matchesFlow(filter: FlowFilter, flow: Flow): boolean {
  return matchesName(filter.name, flow.name) && matchesStream(filter.stream, flow.stream);
}

function matchesName(wanted: string, name: string): boolean {
  return wanted === '' || wanted === name;
}
