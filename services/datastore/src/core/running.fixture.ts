// A datastore in the core without threads or network: notifications in, running and events out.
import { type Path, rootPath } from '@syncline/gnmi/path.ts';
import { fromProto, toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import {
  Encoding,
  GetResponse,
  type Notification,
  SubscribeResponse,
  type TypedValue,
} from '@syncline/proto/gnmi.ts';
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import type { CorePoint } from './failpoints.ts';
import { LeafStore } from './leaf-store.ts';
import { encodePath } from './path-wire.ts';
import type { CoreLimits, CoreSyncStatus, Query, SelectedPath, Subscription, SyncSpec } from './protocol.ts';
import { answerQuery } from './query.ts';
import { Running } from './running.ts';
import type { PageContent } from './subscriber.ts';

export type Value = NonNullable<TypedValue['value']>;

export const roomyLimits: CoreLimits = {
  windowBytes: 1 << 20,
  pathBytes: 4096,
  messageBytes: 60_000,
  pushChanges: 1000,
  ringEntries: 1024,
  foldedEntries: 10_000,
  commitRetryMs: { initial: 10, max: 100 },
  getBytes: 1 << 20,
};

export const wholeTree: SyncSpec = { slot: 0, name: 'all', paths: [encodePath(rootPath)] };

/** A leaf-valued update by its path's text. */
export function set(path: string, value: Value | number | string): Notification['update'][number] {
  return {
    path: toProto(parsePath(path)),
    val: {
      value:
        typeof value === 'number'
          ? { $case: 'intVal', value: BigInt(value) }
          : typeof value === 'string'
            ? { $case: 'stringVal', value }
            : value,
    },
    duplicates: 0,
    value: undefined,
  };
}

/** A notification of updates, deletes (as text) and whatever else is given. */
export function notification(
  update: Notification['update'],
  deletes: readonly string[] = [],
  rest: Partial<Notification> = {},
): Notification {
  return {
    timestamp: 1n,
    prefix: undefined,
    update,
    delete: deletes.map((path) => toProto(parsePath(path))),
    atomic: false,
    ...rest,
  };
}

/** A SubscribeResponse in bytes, behind its length. */
function framed(value: Notification | 'sync'): Uint8Array {
  const bytes = SubscribeResponse.encode({
    extension: [],
    response: value === 'sync' ? { $case: 'syncResponse', value: true } : { $case: 'update', value },
  }).finish();
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
}

export class CoreFixture implements Disposable {
  readonly running: Running;
  readonly clock: VirtualClock = new VirtualClock();
  /** What was told, as `kind sync epoch`. */
  readonly events: string[] = [];
  /** What subscribers were sent, in order. */
  readonly frames: ArrayBuffer[] = [];
  lastPage: PageContent | undefined;
  /** The points of a commit at which the disk refuses; `true` is everywhere. */
  diskFails: boolean | ((point: CorePoint) => boolean) = false;

  constructor(options: { limits?: Partial<CoreLimits>; syncs?: readonly SyncSpec[]; file?: string } = {}) {
    const { limits = {}, syncs = [wholeTree], file = ':memory:' } = options;
    this.running = new Running({
      store: new LeafStore(file),
      syncs,
      limits: { ...roomyLimits, ...limits },
      clock: this.clock,
      rng: seededRng(1),
      trace: undefined,
      failpoint: (point) => {
        const fails = typeof this.diskFails === 'boolean' ? this.diskFails : this.diskFails(point);
        if (fails) throw new FailpointError('commit', 'the disk refuses');
      },
      events: {
        ingested: (sync, epoch) => this.events.push(`ingested ${sync} ${epoch}`),
        sealed: (sync, epoch) => this.events.push(`sealed ${sync} ${epoch}`),
        synced: (sync, epoch) => this.events.push(`synced ${sync} ${epoch}`),
        degraded: (error) => this.events.push(error === '' ? 'recovered' : 'degraded'),
        feed: (_, frames) => this.frames.push(frames),
        behind: () => this.events.push('behind'),
        ended: (subscriber, code) => this.events.push(`ended ${subscriber} ${code}`),
        page: (_, page) => {
          this.frames.push(page.frames);
          this.lastPage = page;
        },
      },
    });
  }

  /** Bytes of one sync, in one chunk. */
  ingest(epoch: number, messages: readonly (Notification | 'sync')[], sync = 0): void {
    this.running.ingest(sync, epoch, Buffer.concat(messages.map(framed)));
  }

  /** A whole epoch: its tree and its sync_response. */
  tree(epoch: number, messages: readonly Notification[], sync = 0): void {
    this.running.begin(sync, epoch);
    this.ingest(epoch, [...messages, 'sync'], sync);
  }

  status(sync = 0): CoreSyncStatus {
    const found = this.running.status().syncs.find(({ slot }) => slot === sync);
    if (found === undefined) throw new Error(`there is no sync ${sync}`);
    return found;
  }

  /** Running as Get answers it: path text → value. */
  leaves(path: Path = rootPath, encoding: Encoding = Encoding.PROTO): Map<string, Value> {
    const query: Query = { paths: [encodePath(path)], type: 0, encoding, target: '', depth: 0 };
    const { notification: found } = GetResponse.decode(answerQuery(query, this.running.leaves, 1 << 20));
    return valuesOf(found);
  }

  /** Running as Get answers it: path text → value as text. */
  texts(): Record<string, string> {
    return Object.fromEntries([...this.leaves()].map(([path, value]) => [path, textOf(value)]));
  }

  subscribe(
    options: Partial<Subscription> & { delivery?: SelectedPath['delivery']; path?: Path } = {},
  ): void {
    const { delivery = { kind: 'change', heartbeatMs: 0 }, path = rootPath, ...rest } = options;
    const paths = [{ path: encodePath(path), delivery }];
    this.running.audience.subscribe(1, {
      mode: 'stream',
      updatesOnly: false,
      encoding: 2,
      target: '',
      depth: 0,
      paths,
      ...rest,
    });
  }

  /** What subscribers were sent so far, as messages. */
  messages(): SubscribeResponse[] {
    return this.frames.flatMap((frames) => unframe(frames));
  }

  /** The notifications among the messages that were sent since this was last asked. */
  told(): Notification[] {
    const messages = this.messages();
    this.frames.length = 0;
    return messages.flatMap(({ response }) => (response?.$case === 'update' ? [response.value] : []));
  }

  /** Moves time, firing what falls due. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  [Symbol.dispose](): void {
    this.running[Symbol.dispose]();
  }
}

function textOf({ value }: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return JSON.stringify(value, (_, it: unknown) => (typeof it === 'bigint' ? Number(it) : it));
}

/** The messages in gRPC frames. */
export function unframe(frames: ArrayBuffer): SubscribeResponse[] {
  const bytes = Buffer.from(frames);
  const found: SubscribeResponse[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    found.push(SubscribeResponse.decode(bytes.subarray(at + 5, end)));
    at = end;
  }
  return found;
}

/** Path text → value, the last of each path. */
export function valuesOf(notifications: readonly Notification[]): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const { update, delete: deletes } of notifications) {
    for (const path of deletes) found.delete(printPath(fromProto(path)));
    for (const { path, val } of update)
      if (val?.value !== undefined) found.set(printPath(fromProto(path)), val.value);
  }
  return found;
}
