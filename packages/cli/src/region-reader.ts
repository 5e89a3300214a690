// Reads regions of a PD: one of ours, leader or follower, or a real one.

import {
  ErrorType,
  type GetRegionResponse,
  PDDefinition,
  type Region,
  type ResponseHeader,
} from '@syncline/proto/pdpb.ts';
import { Metadata } from 'nice-grpc-common';
import { enumName } from './enum-name.ts';
import { jsonText, printLine } from './print.ts';
import type { Session } from './session.ts';

/** How regions are read. */
export interface ReadOptions {
  /** From a follower that is not ready, too. */
  readonly stale?: boolean;
  readonly buckets?: boolean;
}

/** What a PD says is wrong with a request. */
export class HeaderError extends Error {
  override name = 'HeaderError';
  readonly type: ErrorType;

  constructor(type: ErrorType, message: string) {
    super(`${enumName(ErrorType, type)}: ${message}`);
    this.type = type;
  }
}

/** A range of keys, an empty end having none; and how many regions of it. */
export interface ScanRequest {
  readonly startKey: Uint8Array;
  readonly endKey: Uint8Array;
  readonly limit: number;
}

export class RegionReader {
  readonly #session: Session;
  readonly #options: ReadOptions;
  readonly #clusterId: bigint;
  #ageIsTold = false;

  /** Asks for the cluster id, which every request needs. */
  static async open(session: Session, options: ReadOptions): Promise<RegionReader> {
    const { header } = await session.connection
      .client(PDDefinition)
      .getMembers({}, { signal: session.signal });
    check(header);
    return new RegionReader(session, options, header?.clusterId ?? 0n);
  }

  private constructor(session: Session, options: ReadOptions, clusterId: bigint) {
    this.#session = session;
    this.#options = options;
    this.#clusterId = clusterId;
  }

  /** The region of an id; undefined when there is none. Throws HeaderError, ClientError. */
  async byId(regionId: bigint): Promise<Region | undefined> {
    return shown(await this.#client.getRegionByID({ ...this.#request, regionId }, this.#callOptions));
  }

  /** The region that has a key, or the one before it; undefined when there is none. */
  async byKey(regionKey: Uint8Array, side: 'at' | 'before'): Promise<Region | undefined> {
    const request = { ...this.#request, regionKey };
    return shown(
      side === 'at'
        ? await this.#client.getRegion(request, this.#callOptions)
        : await this.#client.getPrevRegion(request, this.#callOptions),
    );
  }

  /** The regions of a range in order, a page at a time. */
  async *scan({ startKey, endKey, limit }: ScanRequest): AsyncGenerator<Region> {
    let start = startKey;
    for (let left = limit; left > 0; ) {
      const page = await this.#page(start, endKey, Math.min(left, pageRegions));
      yield* page;
      left -= page.length;
      const end = page.at(-1)?.region?.endKey;
      if (end === undefined || end.length === 0) return;
      if (endKey.length > 0 && Buffer.compare(end, endKey) >= 0) return;
      start = end;
    }
  }

  async #page(startKey: Uint8Array, endKey: Uint8Array, limit: number): Promise<readonly Region[]> {
    const answer = await this.#client.batchScanRegions(
      { ...this.#request, ranges: [{ startKey, endKey }], limit },
      this.#callOptions,
    );
    // A follower says so when the rest of the range is empty.
    if (answer.header?.error?.type === ErrorType.REGION_NOT_FOUND) return [];
    check(answer.header);
    return answer.regions;
  }

  get #client() {
    return this.#session.connection.client(PDDefinition);
  }

  get #request() {
    return { header: { clusterId: this.#clusterId }, needBuckets: this.#options.buckets === true };
  }

  get #callOptions() {
    return {
      signal: this.#session.signal,
      metadata: Metadata({
        'pd-allow-follower-handle': 'true',
        ...(this.#options.stale === true && { 'syncline-allow-stale': 'true' }),
      }),
      onHeader: (header: Metadata) => this.#tellAge(header),
    };
  }

  /** Says once how old a stale copy is. */
  #tellAge(header: Metadata): void {
    const ages = [...header].flatMap(([key]): [string, string][] =>
      key.startsWith('syncline-')
        ? [[key.slice('syncline-'.length).replaceAll('-', '_'), String(header.get(key))]]
        : [],
    );
    if (ages.length === 0 || this.#ageIsTold) return;
    this.#ageIsTold = true;
    const text = ages.map(([name, value]) => `${name} ${value}`).join(', ');
    printLine(this.#session.json ? jsonText({ age: Object.fromEntries(ages) }) : `-- follower: ${text} --`);
  }
}

/** Regions of one request: far below every server's bound. */
const pageRegions = 1_000;

function check(header: ResponseHeader | undefined): void {
  const error = header?.error;
  if (error !== undefined && error.type !== ErrorType.OK) throw new HeaderError(error.type, error.message);
}

function shown({ header, region, ...rest }: GetRegionResponse): Region | undefined {
  check(header);
  return region && { region, ...rest };
}
