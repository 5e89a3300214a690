// One channel to one PD, opened for one attempt and closed with it, so that no older attempt's backoff is inherited.
// Every unary call has a deadline; an error in an answer's header is thrown as PdError.

import type { Store } from '@syncline/proto/metapb.ts';
import {
  type BootstrapRequest,
  PDDefinition,
  type ResponseHeader,
  type ScanRegionsResponse,
  type StoreStats,
} from '@syncline/proto/pdpb.ts';
import { type Connection, connect, type RawClientStream } from '@syncline/rpc/connect.ts';
import { checkHeader } from './pd-error.ts';

/** The calls a store makes. All reject with ClientError, PdError, or the signal's reason. */
export class PdLine implements Disposable {
  readonly address: string;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  #clusterId = 0n;

  /** Connects at the first call. `signal` ends every call. */
  constructor(address: string, requestDeadlineMs: number, signal: AbortSignal) {
    this.address = address;
    this.#signal = signal;
    this.#connection = connect(address, {
      security: { kind: 'plaintext' },
      defaultDeadlineMs: requestDeadlineMs,
      maxReceiveBytes: -1,
    });
  }

  /** Learns the cluster's id, which every other call needs: this one comes first. */
  async members(): Promise<bigint> {
    const { header } = checked(await this.#client().getMembers({}, { signal: this.#signal }));
    this.#clusterId = header?.clusterId ?? 0n;
    return this.#clusterId;
  }

  async isBootstrapped(): Promise<boolean> {
    const answer = await this.#client().isBootstrapped({ header: this.#header }, { signal: this.#signal });
    return checked(answer).bootstrapped;
  }

  async bootstrap({ store, region }: Pick<BootstrapRequest, 'store' | 'region'>): Promise<void> {
    const request = { header: this.#header, store, region };
    checked(await this.#client().bootstrap(request, { signal: this.#signal }));
  }

  async putStore(store: Store): Promise<void> {
    const request = { header: this.#header, store };
    checked(await this.#client().putStore(request, { signal: this.#signal }));
  }

  async storeHeartbeat(stats: StoreStats): Promise<void> {
    const request = { header: this.#header, stats };
    checked(await this.#client().storeHeartbeat(request, { signal: this.#signal }));
  }

  /** At most `limit` regions in the order of their keys, beginning with the one that holds `startKey`. */
  async scanRegions(startKey: Uint8Array, limit: number): Promise<ScanRegionsResponse> {
    const request = { header: this.#header, startKey, limit };
    return checked(await this.#client().scanRegions(request, { signal: this.#signal }));
  }

  /** Opens a stream for the heartbeats of one store's regions: RegionHeartbeatRequest up, …Response down. */
  regionHeartbeats(): RawClientStream {
    const { name } = PDDefinition.methods.regionHeartbeat;
    return this.#connection.raw(`/${PDDefinition.fullName}/${name}`, { signal: this.#signal });
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  get #header() {
    return { clusterId: this.#clusterId };
  }

  #client() {
    return this.#connection.client(PDDefinition);
  }
}

function checked<Answer extends { readonly header: ResponseHeader | undefined }>(answer: Answer): Answer {
  checkHeader(answer.header);
  return answer;
}
