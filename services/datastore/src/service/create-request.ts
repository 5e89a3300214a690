// data.CreateDataStoreRequest → DatastoreConfig: everything about it that can be wrong is said here, before anything
// is kept or started. Upstream's oddities that its clients rely on stay: 0 is the default interval.

import { PathSyntaxError, parsePath } from '@syncline/gnmi/path-text.ts';
import {
  type CreateDataStoreRequest,
  SyncMode as ProtoMode,
  type SyncConfig as ProtoSync,
} from '@syncline/proto/data.ts';
import { invalidField, invalidValue } from '@syncline/rpc/invalid-field.ts';
import type { DatastoreConfig, SyncConfig } from '../catalog/config.ts';
import type { SyncMode } from '../session/plan.ts';
import { readName } from './name.ts';
import { endpointOf, readOverride, readTarget, type Way } from './target.ts';

/** Bounds of what a datastore may ask for. All are settings. */
export interface RequestBounds {
  /** Of SM_SAMPLE and SM_GET, in milliseconds; `fallback` is what an interval of 0 means. */
  readonly interval: { readonly min: number; readonly max: number; readonly fallback: number };
}

/**
 * SubscriptionMode TARGET_DEFINED. data.SyncMode has no value for it, and its enumeration is open on the wire, so this
 * number, far from upstream's, says it without a change to upstream's messages. See docs/decisions.
 */
export const syncModeTargetDefined = 20000;

/** Slots are bits of a word in the core. */
const mostSyncs = 32;

/** Throws INVALID_ARGUMENT or UNIMPLEMENTED, naming the field and its value. */
export function readCreateRequest(request: CreateDataStoreRequest, bounds: RequestBounds): DatastoreConfig {
  const name = readName('datastore_name', request.datastoreName);
  const way = readTarget('target', request.target);
  const { schema } = request;
  return {
    name,
    schema: schema && { name: schema.name, vendor: schema.vendor, version: schema.version },
    target: { address: way.host, port: way.port },
    syncs: readSyncs(request.sync?.config ?? [], way, bounds),
  };
}

function readSyncs(configs: readonly ProtoSync[], way: Way, bounds: RequestBounds): SyncConfig[] {
  if (configs.length > mostSyncs) {
    throw invalidField('sync.config', `${configs.length} syncs, at the most ${mostSyncs} are allowed`);
  }
  if (configs.length === 0) return [wholeDevice(way)];
  const taken = new Set<string>();
  return configs.map((config, slot) => {
    const field = `sync.config[${slot}]`;
    const name = readName(`${field}.name`, config.name);
    if (taken.has(name)) throw invalidValue(`${field}.name`, name, 'another sync of this datastore has it');
    taken.add(name);
    const own = readOverride(`${field}.target`, config.target, way);
    return {
      slot,
      name,
      mode: readMode(field, config, bounds),
      encoding: own.encoding,
      endpoint: endpointOf(own),
      interest: { targetName: own.targetName, paths: readPaths(`${field}.path`, config.path) },
    };
  });
}

/** Without a sync a datastore follows the whole device. */
function wholeDevice(way: Way): SyncConfig {
  return {
    slot: 0,
    name: 'default',
    mode: { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n },
    encoding: way.encoding,
    endpoint: endpointOf(way),
    interest: { targetName: way.targetName, paths: [parsePath('/')] },
  };
}

function readMode(field: string, { mode, interval }: ProtoSync, bounds: RequestBounds): SyncMode {
  const number: number = mode;
  switch (number) {
    case ProtoMode.SM_ON_CHANGE:
      return { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n };
    case ProtoMode.SM_SAMPLE:
      return {
        kind: 'stream',
        delivery: 'SAMPLE',
        sampleIntervalNs: BigInt(Math.round(readInterval(field, interval, bounds) * 1e6)),
      };
    case ProtoMode.SM_ONCE:
      return { kind: 'once' };
    case ProtoMode.SM_GET:
      return { kind: 'get', intervalMs: readInterval(field, interval, bounds) };
    case syncModeTargetDefined:
      return { kind: 'stream', delivery: 'TARGET_DEFINED', sampleIntervalNs: 0n };
    default:
      throw invalidValue(
        `${field}.mode`,
        mode,
        `expected SM_ON_CHANGE (0), SM_SAMPLE (1), SM_ONCE (2), SM_GET (3), or ${syncModeTargetDefined} for TARGET_DEFINED`,
      );
  }
}

/** Milliseconds of an interval in nanoseconds. */
function readInterval(
  field: string,
  interval: bigint,
  { interval: { min, max, fallback } }: RequestBounds,
): number {
  if (interval === 0n) return fallback;
  const ms = Number(interval) / 1e6;
  if (ms < min || ms > max) {
    throw invalidValue(
      `${field}.interval`,
      interval,
      `expected nanoseconds from ${min * 1e6} (${min} ms) to ${max * 1e6} (${max} ms)`,
    );
  }
  return ms;
}

function readPaths(field: string, paths: readonly string[]) {
  if (paths.length === 0)
    throw invalidField(field, 'a sync needs at least one path; "/" is the whole device');
  return paths.map((path, i) => {
    try {
      return parsePath(path);
    } catch (error) {
      if (error instanceof PathSyntaxError) throw invalidField(`${field}[${i}]`, error.message);
      throw error;
    }
  });
}
