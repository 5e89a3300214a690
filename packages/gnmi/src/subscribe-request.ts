// The first message of a Subscribe RPC, checked and turned into a plan; and the rule for the messages after it.
// Nothing of a plan needs checking again: intervals are whole and allowed, paths parse, extensions make sense.

import {
  type Encoding,
  type SubscribeRequest,
  type Subscription,
  SubscriptionList_Mode,
} from '@syncline/proto/gnmi.ts';
import type { Extension } from '@syncline/proto/gnmi_ext.ts';
import { readExtensions } from './extension.ts';
import {
  checkCount,
  checkEncoding,
  type ReadLimits,
  type ReadPath,
  readModels,
  readPath,
} from './read-request.ts';
import { GnmiRequestError } from './request-error.ts';
import { type IntervalLimits, readTrigger, type Trigger } from './trigger.ts';

/** What a server lets a subscriber ask for. */
export interface SubscribeLimits extends ReadLimits, IntervalLimits {}

/** A path of a STREAM and its trigger. */
export interface StreamPath extends ReadPath {
  readonly trigger: Trigger;
}

interface SubscribeScope {
  /** To be repeated in the prefix of every response; '' when the client named none, then in none. */
  readonly target: string;
  readonly encoding: Encoding;
  /** Send no initial set: sync_response comes first. */
  readonly updatesOnly: boolean;
  /** Branches may be sent as one value where the schema says so. */
  readonly allowAggregation: boolean;
  /** Levels below each path, 0 without limit; see `isWithin`. */
  readonly depth: number;
  /** Writable leaves only, with commit boundaries: the config_subscription extension. */
  readonly configOnly: boolean;
  /** Restricts the data to these models; none is no restriction. */
  readonly models: readonly string[];
}

/** What a subscriber asked for. */
export type SubscribePlan = SubscribeScope &
  (
    | { readonly mode: 'once' | 'poll'; readonly subscriptions: readonly ReadPath[] }
    | { readonly mode: 'stream'; readonly subscriptions: readonly StreamPath[] }
  );

/** Reads the first message of a Subscribe RPC. Throws GnmiRequestError. */
export function parseSubscribe(request: SubscribeRequest, limits: SubscribeLimits): SubscribePlan {
  if (request.request?.$case !== 'subscribe') {
    throw new GnmiRequestError(
      'INVALID_ARGUMENT',
      'subscribe',
      '',
      'the first message of the RPC must carry it',
    );
  }
  const list = request.request.value;
  if (list.subscription.length === 0) {
    throw new GnmiRequestError('INVALID_ARGUMENT', 'subscribe.subscription', '', 'at least one is needed');
  }
  checkCount('subscribe.subscription', list.subscription.length, limits);
  const scope: SubscribeScope = {
    target: list.prefix?.target ?? '',
    encoding: checkEncoding('subscribe.encoding', list.encoding),
    updatesOnly: list.updatesOnly,
    allowAggregation: list.allowAggregation,
    models: readModels('subscribe.use_models', list.useModels, limits),
    ...readSubscribeExtensions(request.extension),
  };
  const read = ({ path }: Subscription, i: number): ReadPath =>
    readPath(`subscribe.subscription[${i}].path`, list.prefix, path, limits);
  switch (list.mode) {
    case SubscriptionList_Mode.ONCE:
      return { ...scope, mode: 'once', subscriptions: list.subscription.map(read) };
    case SubscriptionList_Mode.POLL:
      return { ...scope, mode: 'poll', subscriptions: list.subscription.map(read) };
    case SubscriptionList_Mode.STREAM: {
      const subscriptions = list.subscription.map((it, i) => ({
        ...read(it, i),
        trigger: readTrigger(`subscribe.subscription[${i}]`, it, limits),
      }));
      return { ...scope, mode: 'stream', subscriptions };
    }
    case SubscriptionList_Mode.UNRECOGNIZED:
    default:
      throw new GnmiRequestError(
        'INVALID_ARGUMENT',
        'subscribe.mode',
        String(list.mode),
        'there is no such mode',
      );
  }
}

/** Checks a later message of a Subscribe RPC: only a poll, and only in POLL mode. Throws GnmiRequestError. */
export function checkPoll(mode: SubscribePlan['mode'], request: SubscribeRequest): void {
  const found = request.request?.$case;
  if (found === 'poll' && mode === 'poll') return;
  if (found === 'poll') {
    throw new GnmiRequestError('INVALID_ARGUMENT', 'poll', '', `the RPC is in mode ${mode.toUpperCase()}`);
  }
  if (found === 'subscribe') {
    throw new GnmiRequestError('INVALID_ARGUMENT', 'subscribe', '', 'the RPC has a subscription already');
  }
  throw new GnmiRequestError(
    'INVALID_ARGUMENT',
    'request',
    '',
    'the message carries neither subscribe nor poll',
  );
}

function readSubscribeExtensions(
  extensions: readonly Extension[],
): Pick<SubscribeScope, 'depth' | 'configOnly'> {
  const { depth, history, configSubscription } = readExtensions(extensions);
  if (history !== undefined) {
    throw new GnmiRequestError('UNIMPLEMENTED', 'extension.history', '', 'no history is recorded');
  }
  if (configSubscription !== undefined && configSubscription.action?.$case !== 'start') {
    throw new GnmiRequestError(
      'INVALID_ARGUMENT',
      'extension.config_subscription',
      '',
      'a client can only start one',
    );
  }
  return { depth: depth ?? 0, configOnly: configSubscription !== undefined };
}
