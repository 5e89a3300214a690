// gNMI Subscribe as a raw stream: the first message opens a subscription, the others poll it.

import { expectFirstMessage, type FirstMessageTimer } from '@syncline/gnmi/first-message.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import {
  checkPoll,
  parseSubscribe,
  type SubscribeLimits,
  type SubscribePlan,
} from '@syncline/gnmi/subscribe-request.ts';
import { SubscribeRequest } from '@syncline/proto/gnmi.ts';
import type { RawCall, RawHandler } from '@syncline/rpc/raw-call.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { Status } from 'nice-grpc-common';
import type { Device } from './device.ts';
import { type Model, scopeOf } from './models.ts';
import type { Served } from './served.ts';
import { Subscriber } from './subscriber.ts';
import { CallSink } from './wire/call-sink.ts';
import { MessageEncoder } from './wire/message-encoder.ts';

/** What subscriptions live on. */
export interface SubscribeParts {
  readonly device: Device;
  readonly served: Served;
  readonly models: readonly Model[];
  readonly limits: SubscribeLimits;
  /** Subscriptions open at a time. */
  readonly maxSubscribers: number;
  /** How long a Subscribe may be open without its first message, in ms. */
  readonly firstMessageMs: number;
  /** How long a subscriber may read nothing of what waits for it, in ms. */
  readonly slowConsumerMs: number;
  /** By which these are counted: it stands still while the process does. */
  readonly awake: Clock;
  readonly logger: Logger;
}

/** Serves gnmi.gNMI/Subscribe. */
export function subscribeHandler(parts: SubscribeParts): RawHandler {
  return (call) => {
    parts.served.calls.Subscribe++;
    const rejection = parts.device.faults.of('reject_subscribe');
    if (rejection !== undefined) {
      call.end(rejection.code, rejection.text);
      return;
    }
    const stream = new SubscribeStream(call, parts);
    call.onMessage((message) => stream.receive(message));
    call.onHalfClose(() => stream.halfClose());
  };
}

class SubscribeStream {
  readonly #call: RawCall;
  readonly #parts: SubscribeParts;
  readonly #unasked: FirstMessageTimer;
  #open: { readonly mode: SubscribePlan['mode']; readonly subscriber: Subscriber } | undefined;

  constructor(call: RawCall, parts: SubscribeParts) {
    this.#call = call;
    this.#parts = parts;
    this.#unasked = expectFirstMessage(parts.awake, parts.firstMessageMs, call.signal, (details) =>
      call.end(Status.DEADLINE_EXCEEDED, details),
    );
  }

  receive(message: Uint8Array): void {
    this.#unasked.clear();
    try {
      const request = decode(message);
      if (this.#open === undefined) this.#begin(parseSubscribe(request, this.#parts.limits));
      else this.#poll(this.#open.mode, this.#open.subscriber, request);
    } catch (error) {
      if (!(error instanceof GnmiRequestError)) throw error;
      this.#call.end(Status[error.code], error.message);
    }
  }

  /** A STREAM goes on, because pygnmi half-closes right after its request; a POLL has had its last poll. */
  halfClose(): void {
    if (this.#open === undefined) {
      this.#call.end(Status.INVALID_ARGUMENT, 'subscribe: the stream ended without it');
    } else if (this.#open.mode === 'poll') {
      this.#open.subscriber.finish();
    }
  }

  #begin(plan: SubscribePlan): void {
    const { device, served, models, maxSubscribers, awake, slowConsumerMs } = this.#parts;
    if (plan.configOnly) {
      throw new GnmiRequestError(
        'UNIMPLEMENTED',
        'extension.config_subscription',
        '',
        'this device has no commits to follow',
      );
    }
    if (device.audience.size >= maxSubscribers) {
      throw new GnmiRequestError(
        'RESOURCE_EXHAUSTED',
        'subscribe',
        '',
        `${maxSubscribers} subscriptions are open, which is the limit`,
      );
    }
    const timestamps = (meant: bigint | undefined) => device.faults.timestamp(meant);
    const encoder = new MessageEncoder(plan.encoding, plan.target, timestamps);
    const sink = new CallSink(this.#call, encoder, served.sent);
    const { tree, clock, faults } = device;
    const context = { tree, clock, faults, awake, slowConsumerMs };
    const subscriber = new Subscriber(plan, sink, context, scopeOf(models, plan.models));
    this.#open = { mode: plan.mode, subscriber };
    void this.#serve(subscriber, sink);
  }

  /** Never rejects: every way out ends the call. */
  async #serve(subscriber: Subscriber, sink: CallSink): Promise<void> {
    const { device, logger } = this.#parts;
    const { signal } = this.#call;
    try {
      sink.end(await device.audience.during(subscriber, () => subscriber.run(signal)));
    } catch (err) {
      if (signal.aborted) return;
      logger.error({ err }, 'subscription failed');
      this.#call.end(Status.INTERNAL, 'the device failed to serve the subscription');
    }
  }

  /** Reads no further poll before this one is answered. */
  #poll(mode: SubscribePlan['mode'], subscriber: Subscriber, request: SubscribeRequest): void {
    checkPoll(mode, request);
    this.#call.pause();
    subscriber.poll(() => this.#call.resume());
  }
}

function decode(message: Uint8Array): SubscribeRequest {
  try {
    return SubscribeRequest.decode(message);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GnmiRequestError('INVALID_ARGUMENT', 'SubscribeRequest', '', `cannot be decoded: ${reason}`);
  }
}
