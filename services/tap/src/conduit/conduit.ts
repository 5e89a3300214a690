// One conduit and its streams. It puts the loops together and passes on what they need, each time in one turn: no stream
// asks its conduit for anything, and the conduit waits for no stream.

import type { Prefix } from '@syncline/trench/prefix.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { StreamConfig } from '../ports.ts';
import { StreamLoop } from '../stream/stream-loop.ts';
import type { StreamConfigView } from '../stream/stream-view.ts';
import type { ConduitDump, LinkState } from './conduit-dump.ts';
import type { ConduitParts } from './conduit-parts.ts';
import { appliedVips } from './egress.ts';
import { LinkLoop } from './link-loop.ts';
import { Watches } from './watches.ts';

/** Over some time after the last of its streams is not wanted any more, unless one is wanted again before. */
export class Conduit implements AsyncDisposable {
  readonly name: ConduitName;
  readonly #parts: ConduitParts;
  readonly #streams = new Map<string, StreamLoop>();
  readonly #loop: LinkLoop;
  readonly #watches: Watches;
  #config: ReadonlyMap<string, number> | undefined;

  /**
   * To be wanted in the turn in which it is made. `onOver` is called in the turn in which nothing is left of it; it is
   * to be disposed of then, and the next want() is for a new one.
   */
  constructor(name: ConduitName, parts: ConduitParts, onOver: () => void) {
    this.name = name;
    this.#parts = parts;
    this.#loop = new LinkLoop(name, parts, {
      viewed: () => this.#pushAll(),
      over: onOver,
    });
    this.#watches = new Watches(name, parts, {
      streams: (streams) => this.#configure(streams),
      vips: (vips: readonly Prefix[]) => this.#loop.setVips(vips),
      monitorOpened: () => this.#loop.monitorOpened(),
      event: (event) => this.#loop.hear(event),
    });
  }

  /** Whether the stream is one of its own, wanted or draining. */
  has(stream: string): boolean {
    return this.#streams.has(stream);
  }

  /** How many streams it has, those included that are not wanted and may still have a target. */
  get streams(): number {
    return this.#streams.size;
  }

  /** The stream is wanted; once more does nothing. One that is draining goes on with what it holds. */
  want(stream: string): void {
    const known = this.#streams.get(stream);
    if (known?.isWanted === true) return;
    if (known === undefined) this.#streams.set(stream, this.#open(stream));
    else known.want();
    this.#demand();
  }

  /** The stream is not wanted: its row is gone when this returns; its target and the connection follow. */
  unwant(stream: string): void {
    const known = this.#streams.get(stream);
    if (known?.isWanted !== true) return;
    known.unwant();
    this.#demand();
  }

  /** No stream is wanted any more. */
  unwantAll(): void {
    for (const stream of this.#streams.keys()) this.unwant(stream);
  }

  dump(): ConduitDump {
    const { view, vips, lastError } = this.#loop;
    const { connection } = this.#loop.link;
    return {
      name: this.name,
      link: this.#linkState(),
      sinceUnixMs: this.#loop.sinceUnixMs,
      epoch: view.snapshot?.epoch ?? 0,
      connectionId: connection?.id ?? '',
      localIps: view.snapshot?.localIps ?? [],
      gateways: view.snapshot?.gateways ?? [],
      wantedVips: vips.map(printPrefix),
      appliedVips: connection === undefined ? [] : appliedVips(connection).map(printPrefix),
      lastError: lastError ?? '',
      watchError: this.#watches.error,
      streams: Array.from(this.#streams.values(), (stream) => stream.dump()),
    };
  }

  /** Ends all its loops as they are: nothing is unregistered or closed any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const loops = [this.#loop, this.#watches, ...this.#streams.values()];
    await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
  }

  #open(stream: string): StreamLoop {
    const { ports, timings, board, notes, clock, rng, liveness, stop } = this.#parts;
    const name = { ...this.name, stream };
    const over = () => {
      this.#streams.delete(stream);
      this.#demand();
    };
    const note = notes.stream.bind(notes, name);
    const { watchdogMs, stream: streamTimings } = timings;
    return new StreamLoop(
      {
        name,
        registry: ports.registry,
        timings: streamTimings,
        watchdogMs,
        board,
        clock,
        rng,
        liveness,
        stop,
        note,
        over,
      },
      { link: this.#loop.view, config: this.#configOf(stream) },
    );
  }

  #demand(): void {
    const isWanted = [...this.#streams.values()].some((stream) => stream.isWanted);
    this.#loop.setDemand({ isWanted, streams: this.#streams.size });
  }

  #configure(streams: readonly StreamConfig[]): void {
    this.#config = new Map(streams.map(({ name, maxTargets }) => [name, maxTargets]));
    this.#pushAll();
  }

  #pushAll(): void {
    for (const [stream, loop] of this.#streams)
      loop.follow({ link: this.#loop.view, config: this.#configOf(stream) });
  }

  #configOf(stream: string): StreamConfigView {
    if (this.#config === undefined) return { kind: 'unknown' };
    const maxTargets = this.#config.get(stream);
    return maxTargets === undefined ? { kind: 'absent' } : { kind: 'listed', maxTargets };
  }

  #linkState(): LinkState {
    const { link, isRequesting } = this.#loop;
    switch (link.kind) {
      case 'none':
        return isRequesting ? 'requesting' : 'none';
      case 'lost':
        return 'down';
      case 'up':
      case 'down':
      case 'closing':
        return link.kind;
    }
  }
}
