// What a watcher of targets asks for. Unlike in the filters of the configuration, a parent that is absent matches all.

import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import type { Target, TargetStatus, TargetType } from './target.ts';

export interface TargetFilter {
  /** 'none' for a number that is no status: it matches nothing, as at Meridio's NSP. */
  readonly status: TargetStatus | 'any' | 'none';
  /** Exact; 'none' matches nothing. */
  readonly type: TargetType | 'none';
  /** An empty name matches all names. */
  readonly stream: StreamName;
}

export function matchesTarget(filter: TargetFilter, target: Target): boolean {
  return (
    filter.type === target.type &&
    (filter.status === 'any' || filter.status === target.status) &&
    matchesName(filter.stream.stream, target.stream.stream) &&
    matchesName(filter.stream.conduit, target.stream.conduit) &&
    matchesName(filter.stream.trench, target.stream.trench)
  );
}

/** Injective. */
export function filterKey({ status, type, stream }: TargetFilter): string {
  return JSON.stringify([status, type, streamKey(stream)]);
}

/** The one stream that can match; undefined when several can. */
export function exactStream({ stream }: TargetFilter): string | undefined {
  return stream.stream && stream.conduit && stream.trench ? streamKey(stream) : undefined;
}

function matchesName(wanted: string, name: string): boolean {
  return wanted === '' || wanted === name;
}
