// For tests of the northbound service: the core of the datastores `r1`, `r2`, ... in this thread, fed by hand. Messages
// cross in order and later, as they do between threads.

import { Path, SubscribeResponse } from '@syncline/proto/gnmi.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import type { SubscriberSink, Told } from '../../core/host.ts';
import { CoreRefusalError } from '../../core/host-errors.ts';
import type { Ask } from '../../core/host-requests.ts';
import { LeafStore } from '../../core/leaf-store.ts';
import type { CoreLimits, FromCore, Got, ToCore } from '../../core/protocol.ts';
import { Shard } from '../../core/shard.ts';
import type { CorePort } from '../../northbound/subscriber.ts';
import type { ServedDatastore } from '../../northbound/target.ts';

const limits: CoreLimits = {
  windowBytes: 64 << 20,
  pathBytes: 4096,
  messageBytes: 60_000,
  pushChanges: 10_000,
  ringEntries: 1 << 16,
  foldedEntries: 1 << 20,
  commitRetryMs: { initial: 10, max: 100 },
  getBytes: 1 << 18,
};

type Response = Parameters<typeof SubscribeResponse.create>[0];

export class LocalCore implements CorePort {
  readonly served: readonly ServedDatastore[];
  subscribers: SubscriberSink | undefined;
  readonly #shard: Shard;
  readonly #waiting = new Map<number, PromiseWithResolvers<Got>>();
  #requests = 0;

  constructor(datastores: number) {
    this.#shard = new Shard({
      clock: systemClock,
      rng: seededRng(1),
      failpoint: () => {},
      openStore: (file) => new LeafStore(file),
      traced: false,
      send: (message) => void setImmediate(() => this.#hear(message)),
    });
    this.served = Array.from({ length: datastores }, (_, i) => this.#open(i + 1));
  }

  send(message: Told): void {
    setImmediate(() => this.#shard.receive(message));
  }

  async ask(question: Ask<'get' | 'observe'>): Promise<never> {
    this.#requests += 1;
    const answer = Promise.withResolvers<Got>();
    this.#waiting.set(this.#requests, answer);
    this.#shard.receive({ ...question, request: this.#requests } as ToCore);
    // Only `get` is asked here.
    return (await answer.promise) as never;
  }

  /** The device of a datastore sends this; it is committed when this returns. */
  ingest(datastore: number, response: Response): void {
    const message = SubscribeResponse.encode(SubscribeResponse.create(response)).finish();
    const chunk = new ArrayBuffer(4 + message.byteLength);
    new DataView(chunk).setUint32(0, message.byteLength, true);
    new Uint8Array(chunk).set(message, 4);
    this.#shard.receive({ kind: 'ingest', datastore, sync: 0, epoch: 1, chunk });
  }

  /** Deletes a datastore. */
  delete(datastore: number): void {
    this.#shard.receive({ kind: 'close', request: 0, datastore, deleted: true });
  }

  #open(datastore: number): ServedDatastore {
    const name = `r${datastore}`;
    const syncs = [{ slot: 0, name: 'all', paths: [Path.encode(Path.create({})).finish()] }];
    this.#shard.receive({ kind: 'open', request: 0, datastore, name, file: ':memory:', syncs, limits });
    this.#shard.receive({ kind: 'begin', datastore, sync: 0, epoch: 1 });
    this.ingest(datastore, { response: { $case: 'syncResponse', value: true } });
    return {
      number: datastore,
      name,
      models: [{ name: 'openconfig-system', organization: 'OpenConfig', version: '2' }],
    };
  }

  #hear(message: FromCore): void {
    const { subscribers } = this;
    if (message.kind === 'reply') this.#waiting.get(message.request)?.resolve(message.value as Got);
    else if (message.kind === 'refusal') {
      this.#waiting.get(message.request)?.reject(new CoreRefusalError(message.code, message.message));
    } else if (message.kind === 'feed') subscribers?.feed(message);
    else if (message.kind === 'behind') subscribers?.behind(message);
    else if (message.kind === 'page') subscribers?.page(message);
    else if (message.kind === 'ended') subscribers?.ended(message);
  }
}
