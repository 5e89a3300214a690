// What the loops tell of their work: counted for /metrics, and logged as far as an operator has to know.

import type { Logger } from '@syncline/telemetry/logger.ts';
import { type ConduitName, fullName, type StreamName } from '@syncline/trench/stream-name.ts';
import type { ConduitNote, LoopNotes, StreamNote } from '../loop/note.ts';

export class LoopLog implements LoopNotes {
  readonly #logger: Logger;
  readonly #streamNotes = new Map<StreamNote['kind'], number>();
  readonly #conduitNotes = new Map<ConduitNote['kind'], number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What streams did, and how often. */
  get streamNotes(): ReadonlyMap<string, number> {
    return this.#streamNotes;
  }

  /** What conduits did and learned, and how often. */
  get conduitNotes(): ReadonlyMap<string, number> {
    return this.#conduitNotes;
  }

  /** Targets and connections that were given up: they are somebody else's to clear away. */
  get leftBehind(): number {
    return (this.#streamNotes.get('left-behind') ?? 0) + (this.#conduitNotes.get('close-given-up') ?? 0);
  }

  stream(name: StreamName, note: StreamNote): void {
    this.#streamNotes.set(note.kind, (this.#streamNotes.get(note.kind) ?? 0) + 1);
    const stream = fullName(name);
    switch (note.kind) {
      case 'registered':
      case 'unregistered':
        return this.#logger.info(
          { stream, identifier: note.identifier, ips: note.ips },
          `target ${note.kind}`,
        );
      case 'left-behind':
        return this.#logger.warn(
          { stream, identifier: note.identifier, ips: note.ips },
          'target left to expire: it could not be unregistered in time',
        );
      case 'refreshed':
      case 'collision':
        return this.#logger.debug({ stream, ...note }, `target ${note.kind}`);
      case 'attempt-failed':
        return this.#logger.debug({ stream, err: note.error }, 'attempt failed');
    }
  }

  conduit({ conduit, trench }: ConduitName, note: ConduitNote): void {
    this.#conduitNotes.set(note.kind, (this.#conduitNotes.get(note.kind) ?? 0) + 1);
    switch (note.kind) {
      case 'connected':
      case 'closed':
        return this.#logger.info({ trench, conduit }, `conduit ${note.kind}`);
      case 'addresses':
        return this.#logger.info({ trench, conduit, epoch: note.epoch, ips: note.ips }, 'local addresses');
      case 'addresses-unknown':
        return this.#logger.warn(
          { trench, conduit },
          'the proxy has no bridge address: addresses kept as they are',
        );
      case 'link-down':
        return this.#logger.warn({ trench, conduit, detail: note.detail }, 'link down');
      case 'close-given-up':
        return this.#logger.warn(
          { trench, conduit },
          'connection left behind: it could not be closed in time',
        );
      case 'renewed':
        return this.#logger.debug({ trench, conduit }, 'conduit renewed');
      case 'attempt-failed':
        return this.#logger.debug({ trench, conduit, err: note.error }, 'attempt failed');
    }
  }
}
