// For the explorer: a line to a simulated device, which fails as a network and a device do while faults are left.

import type { Notification } from '@syncline/proto/gnmi.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { response, type SimulatedDevice } from '../../core/world/device.ts';
import type { CallEnd, Capabilities, Line, Subscribed } from '../line.ts';

/** What the lines of a run share. */
export interface Network {
  readonly sim: Simulation;
  readonly device: SimulatedDevice;
  /** Streams that hear of the device's changes. */
  readonly streams: Set<(notification: Notification) => void>;
  faults: number;
}

/** A network that is slow, but not so slow that a device seems silent. */
export const promptMs = 5_000;

type Sent = { readonly message: Uint8Array } | { readonly end: CallEnd };

/** A channel to the device. */
export class SimulatedLine implements Line {
  readonly #network: Network;
  #open = true;

  constructor(network: Network) {
    this.#network = network;
  }

  onConnected(listener: () => void): void {
    this.#network.sim.schedule('reached', () => this.#open && listener());
  }

  async capabilities(): Promise<Capabilities> {
    await this.#network.sim.pause('capabilities');
    const code = this.#fault([Status.UNAVAILABLE, Status.UNAUTHENTICATED]);
    if (code !== undefined) throw new ClientError('/gnmi.gNMI/Capabilities', code, 'not now');
    return { offer: ['PROTO'], models: [] };
  }

  subscribe(
    _: Uint8Array,
    onMessage: (message: Uint8Array) => void,
    onEnd: (end: CallEnd) => void,
  ): Subscribed {
    const { sim, device, streams } = this.#network;
    let heard = true;
    const waiting: Sent[] = [];
    let paused = false;
    const hear = (sent: Sent) => {
      if (!heard || !this.#open) return;
      if ('message' in sent) return onMessage(sent.message);
      heard = false;
      onEnd(sent.end);
    };
    const deliver = () => {
      while (!paused) {
        const sent = waiting.shift();
        if (sent === undefined) return;
        hear(sent);
      }
    };
    const wire = sim.link<Sent>(
      'device sends',
      (sent) => {
        waiting.push(sent);
        deliver();
      },
      promptMs,
    );
    const send = (message: Uint8Array) => wire.send({ message });
    const changed = (notification: Notification) => send(response(notification));
    const over = () => streams.delete(changed);

    const refused = this.#fault([Status.INVALID_ARGUMENT, Status.UNAVAILABLE]);
    if (refused === undefined) {
      for (const notification of device.dump()) send(response(notification));
      send(response('sync'));
      streams.add(changed);
      this.#breakLater(over, wire);
    } else wire.send({ end: { code: Status[refused], message: 'no' } });

    return {
      pause() {
        paused = true;
      },
      resume() {
        paused = false;
        sim.schedule('resumed', deliver, promptMs);
      },
      hangUp() {
        heard = false;
        over();
        wire.cut();
      },
    };
  }

  get(): never {
    throw new Error('the explored sync does not poll');
  }

  [Symbol.dispose](): void {
    this.#open = false;
  }

  /** The stream ends some time: with what is on its way or without, with OK or an error. */
  #breakLater(over: () => void, wire: { send(sent: Sent): void; cut(): unknown }): void {
    const { sim } = this.#network;
    const code = this.#fault([Status.OK, Status.UNAVAILABLE]);
    if (code === undefined) return;
    sim.schedule('the stream breaks', () => {
      over();
      if (code !== Status.OK) wire.cut();
      wire.send({ end: { code: code === Status.OK ? 'OK' : 'UNAVAILABLE', message: 'cut' } });
    });
  }

  #fault(codes: readonly Status[]): Status | undefined {
    const { sim } = this.#network;
    if (this.#network.faults === 0 || sim.choose(2) === 0) return undefined;
    this.#network.faults -= 1;
    return codes[sim.choose(codes.length)];
  }
}
