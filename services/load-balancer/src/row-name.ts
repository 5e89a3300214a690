// What a row is called, for people and for sorting, also when its parents are absent.

import { fullName, type StreamName } from '@syncline/trench/stream-name.ts';
import type { ConduitMessage, StreamMessage } from '@syncline/trench/wire-name.ts';

/** The names in a stream's message; empty where there is none. */
export function looseName(stream: StreamMessage | undefined): StreamName {
  return {
    stream: stream?.name ?? '',
    conduit: stream?.conduit?.name ?? '',
    trench: stream?.conduit?.trench?.name ?? '',
  };
}

/** `conduit edge.demo` */
export function conduitText({ name, trench }: ConduitMessage): string {
  return `conduit ${name}.${trench?.name ?? ''}`;
}

/** `stream web.edge.demo` */
export function streamText(stream: StreamMessage | undefined): string {
  return `stream ${fullName(looseName(stream))}`;
}

/** `flow http of stream web.edge.demo` */
export function flowText({ name, stream }: FlowNames): string {
  return `flow ${name} of ${streamText(stream)}`;
}

/** `target 172.16.0.5/24 of stream web.edge.demo` */
export function targetText({ ips, stream }: TargetNames): string {
  return `target ${ips.join(';')} of ${streamText(stream)}`;
}

interface FlowNames {
  readonly name: string;
  readonly stream?: StreamMessage | undefined;
}

interface TargetNames {
  readonly ips: readonly string[];
  readonly stream?: StreamMessage | undefined;
}
