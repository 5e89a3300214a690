// The datastores of one core worker, by number: messages in, messages out. Everything is synchronous, so each message
// sees what the one before has done.
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { asStoreFault } from '@syncline/sqlite/store-fault.ts';
import { CoreTrace } from './core-trace.ts';
import type { LeafStore } from './leaf-store.ts';
import type { FromCore, ToCore } from './protocol.ts';
import { answerQuery, QueryError } from './query.ts';
import { Running, type RunningEvents, type RunningParts } from './running.ts';

/** What a shard needs from its surroundings. */
export interface ShardParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly failpoint: RunningParts['failpoint'];
  /** Opens a datastore's file, as LeafStore does. */
  readonly openStore: (file: string) => LeafStore;
  /** Whether spans are exported. */
  readonly traced: boolean;
  /** Sends to the main thread; the buffers named are transferred. */
  readonly send: (message: FromCore, transfer: ArrayBuffer[]) => void;
}

type Request = Extract<ToCore, { request: number }>;

interface Member {
  readonly running: Running;
  readonly getBytes: number;
}

export class Shard {
  readonly #parts: ShardParts;
  readonly #members: Map<number, Member> = new Map();

  constructor(parts: ShardParts) {
    this.#parts = parts;
  }

  /** Acts on one message. What is wrong with a request is answered; a message to a datastore that has gone is void. */
  receive(message: ToCore): void {
    if ('request' in message) {
      this.#answer(message);
      return;
    }
    const member = this.#members.get(message.datastore);
    if (member === undefined) {
      if (message.kind === 'subscribe') this.#turnAway(message.datastore, message.subscriber);
      return;
    }
    const { running } = member;
    switch (message.kind) {
      case 'begin':
        return running.begin(message.sync, message.epoch);
      case 'ingest':
        return running.ingest(message.sync, message.epoch, new Uint8Array(message.chunk), message.trace);
      case 'end':
        return running.end(message.sync, message.epoch);
      case 'subscribe':
        return running.audience.subscribe(message.subscriber, message.subscription);
      case 'pull':
        return running.audience.pull(message.subscriber);
      case 'lag':
        return running.audience.lag(message.subscriber, message.cursor);
      case 'poll':
        return running.audience.poll(message.subscriber);
      case 'unsubscribe':
        return running.audience.unsubscribe(message.subscriber);
    }
  }

  /** A subscribe may cross a close on its way: the subscriber is told, or it would wait. */
  #turnAway(datastore: number, subscriber: number): void {
    const message = 'the datastore is closed';
    this.#parts.send({ kind: 'ended', datastore, subscriber, code: 'UNAVAILABLE', message }, []);
  }

  #answer(message: Request): void {
    const { request } = message;
    try {
      this.#parts.send(...this.#reply(message));
    } catch (error) {
      if (error instanceof QueryError)
        this.#parts.send({ kind: 'refusal', request, code: error.code, message: error.message }, []);
      else if (error instanceof Error)
        this.#parts.send({ kind: 'refusal', request, code: 'INTERNAL', message: error.message }, []);
      else throw error;
    }
  }

  #reply(message: Request): [FromCore, ArrayBuffer[]] {
    const { request } = message;
    switch (message.kind) {
      case 'open':
        this.#open(message);
        return [{ kind: 'reply', request, value: { done: true } }, []];
      case 'close':
        this.#close(message.datastore, message.deleted);
        return [{ kind: 'reply', request, value: { done: true } }, []];
      case 'ping':
        return [{ kind: 'reply', request, value: { done: true } }, []];
      case 'observe':
        return [{ kind: 'reply', request, value: this.#member(message.datastore).running.status() }, []];
      case 'get': {
        const { running, getBytes } = this.#member(message.datastore);
        const response = answerQuery(message.query, running.leaves, getBytes).slice().buffer;
        return [{ kind: 'reply', request, value: { response } }, [response]];
      }
    }
  }

  #member(datastore: number): Member {
    const member = this.#members.get(datastore);
    if (member === undefined) throw new QueryError('NOT_FOUND', `datastore ${datastore} is not open`);
    return member;
  }

  #open(message: Extract<ToCore, { kind: 'open' }>): void {
    const { datastore, file, syncs, limits } = message;
    if (this.#members.has(datastore)) throw new Error(`datastore ${datastore} is open already`);
    const { clock, rng, failpoint, openStore, traced } = this.#parts;
    const trace = traced ? new CoreTrace(message.name) : undefined;
    const events = this.#events(datastore, trace);
    const store = openStore(file);
    try {
      const running = new Running({ store, syncs, limits, clock, rng, failpoint, trace, events });
      this.#members.set(datastore, { running, getBytes: limits.getBytes });
    } catch (error) {
      store[Symbol.dispose]();
      throw asStoreFault(`reading ${file}`, error);
    }
  }

  #close(datastore: number, deleted: boolean): void {
    const member = this.#members.get(datastore);
    if (member === undefined) return;
    this.#members.delete(datastore);
    if (deleted) member.running.audience.close('NOT_FOUND', 'the datastore was deleted');
    else member.running.audience.close('UNAVAILABLE', 'the datastore is closing');
    member.running[Symbol.dispose]();
  }

  #events(datastore: number, trace: CoreTrace | undefined): RunningEvents {
    const { send } = this.#parts;
    return {
      ingested: (sync, epoch) => send({ kind: 'ingested', datastore, sync, epoch }, []),
      sealed: (sync, epoch) => send({ kind: 'sealed', datastore, sync, epoch }, []),
      synced: (sync, epoch) => send({ kind: 'synced', datastore, sync, epoch }, []),
      degraded: (error) => send({ kind: 'degraded', datastore, error }, []),
      feed: (feed, frames, head, updates) => {
        const traceparent = trace?.traceparent;
        const message = { kind: 'feed', datastore, feed, frames, head, updates } as const;
        send(traceparent === undefined ? message : { ...message, trace: traceparent }, [frames]);
      },
      behind: (feed) => send({ kind: 'behind', datastore, feed }, []),
      page: (subscriber, page) => send({ kind: 'page', datastore, subscriber, ...page }, [page.frames]),
      ended: (subscriber, code, text) =>
        send({ kind: 'ended', datastore, subscriber, code, message: text }, []),
    };
  }
}
