// One channel to a device, opened for one attempt and closed with it: certificates are read anew each time, and no
// older attempt's backoff is inherited. Every call ends with exactly one word about how, unless it is hung up first.

import { encodingName } from '@syncline/gnmi/encoding.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { type Connection, connect, type StreamEnd } from '@syncline/rpc/connect.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { ClientError } from 'nice-grpc-common';
import {
  type CallEnd,
  type Capabilities,
  codeName,
  type Endpoint,
  type Line,
  type Subscribed,
} from './line.ts';

/** Bounds of what is said to a device. All are settings. */
export interface LineSettings {
  /** How long connecting and Capabilities may take together. */
  readonly connectDeadlineMs: number;
  /** How long the answer to a Get may take. */
  readonly getDeadlineMs: number;
  readonly keepalive: { readonly timeMs: number; readonly timeoutMs: number };
  /** HTTP/2's receive window, in bytes. */
  readonly flowControlWindow: number;
  /** The longest message that is taken, in bytes, and the setting that says so. */
  readonly longestMessage: { readonly bytes: number; readonly setting: string };
}

/** The channel of one attempt. Disposing it ends its calls; their listeners hear no more. */
export class DeviceLine implements Line {
  readonly #connection: Connection;
  readonly #settings: LineSettings;
  readonly #clock: Clock;
  readonly #closed = new AbortController();

  /** Connects at the first call. Throws PemError for a certificate file that cannot be used. */
  constructor(endpoint: Endpoint, settings: LineSettings, clock: Clock) {
    const { keepalive, flowControlWindow, longestMessage } = settings;
    this.#settings = settings;
    this.#clock = clock;
    this.#connection = connect(endpoint.address, {
      security: endpoint.security,
      identity: endpoint.identity,
      maxReceiveBytes: longestMessage.bytes,
      keepalive,
      flowControlWindow,
    });
  }

  /** Calls `listener` once, when the device has answered. */
  onConnected(listener: () => void): void {
    this.#connection.onConnected(() => {
      if (!this.#closed.signal.aborted) listener();
    });
  }

  /** Asks what the device offers. Rejects with the device's ClientError. */
  async capabilities(): Promise<Capabilities> {
    const client = this.#connection.client(gNMIDefinition);
    const { signal } = this.#closed;
    const answer = await client
      .capabilities({}, { signal, deadlineMs: this.#settings.connectDeadlineMs })
      .catch((error: unknown) => {
        if (!(error instanceof ClientError)) throw error;
        throw new ClientError(error.path, error.code, this.#explained(error.details));
      });
    return { offer: answer.supportedEncodings.map(encodingName), models: answer.supportedModels };
  }

  /** Subscribes. The request stream stays open: some targets take a half-close for the end of the subscription. */
  subscribe(
    request: Uint8Array,
    onMessage: (message: Uint8Array) => void,
    onEnd: (end: CallEnd) => void,
  ): Subscribed {
    const call = this.#open('subscribe', onMessage, onEnd);
    call.write(request);
    return call;
  }

  /** Gets once; `onAnswer` has the encoded GetResponse. */
  get(
    request: Uint8Array,
    onAnswer: (answer: Uint8Array) => void,
    onEnd: (end: CallEnd) => void,
  ): Subscribed {
    let answer: Uint8Array | undefined;
    let late = false;
    const { getDeadlineMs } = this.#settings;
    const call = this.#open(
      'get',
      (message) => {
        answer = message;
      },
      (end) => {
        deadline.clear();
        if (late) onEnd({ code: 'DEADLINE_EXCEEDED', message: `no answer within ${getDeadlineMs} ms` });
        else if (end.code !== 'OK') onEnd(end);
        else if (answer === undefined) onEnd({ code: 'INTERNAL', message: 'OK without a GetResponse' });
        else onAnswer(answer);
      },
    );
    const deadline = this.#clock.setTimer(getDeadlineMs, () => {
      late = true;
      call.cancel();
    });
    call.write(request);
    call.halfClose();
    return {
      ...call,
      hangUp() {
        deadline.clear();
        call.hangUp();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#connection[Symbol.dispose]();
  }

  #open(
    method: 'get' | 'subscribe',
    onMessage: (message: Uint8Array) => void,
    onEnd: (end: CallEnd) => void,
  ) {
    const { signal } = this.#closed;
    const path = `/${gNMIDefinition.fullName}/${gNMIDefinition.methods[method].name}`;
    const call = this.#connection.raw(path, { signal });
    let heard = true;
    call.onMessage((message) => {
      if (heard) onMessage(message);
    });
    call.onEnd((end) => {
      if (heard && !signal.aborted) onEnd(this.#callEnd(end));
    });
    return {
      write: (message: Uint8Array) => call.write(message),
      halfClose: () => call.halfClose(),
      cancel: () => call.cancel(),
      pause: () => call.pause(),
      resume: () => call.resume(),
      hangUp() {
        heard = false;
        call.cancel();
      },
    };
  }

  #callEnd({ code, details }: StreamEnd): CallEnd {
    return { code: codeName(code), message: this.#explained(details) };
  }

  /** grpc-js says that a message is longer than its limit, and cannot know whose setting that is. */
  #explained(details: string): string {
    const { bytes, setting } = this.#settings.longestMessage;
    const isTooLong = new RegExp(`^Received message .* ${bytes}\\)?$`).test(details);
    return isTooLong ? `${details}: ${setting} is the longest message that is taken` : details;
  }
}
