// Between the two metadata types: grpc-js's on the wire side, nice-grpc's in handlers.

import { Metadata as WireMetadata } from '@grpc/grpc-js';
import { Metadata } from 'nice-grpc-common';

/** What arrived, as handlers read it. */
export function fromWire(wire: WireMetadata): Metadata {
  const metadata = Metadata();
  for (const key of Object.keys(wire.getMap())) metadata.set(key, wire.get(key));
  return metadata;
}

/** What a handler or caller set, as grpc-js sends it. */
export function toWire(metadata: Metadata): WireMetadata {
  const wire = new WireMetadata();
  for (const [key, values] of metadata) {
    for (const value of values) wire.add(key, typeof value === 'string' ? value : Buffer.from(value));
  }
  return wire;
}
