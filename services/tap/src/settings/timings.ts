// The waits of the loops as settings: every constant of Meridio's ambassador is one, with its value as the default.

import { duration, flag, integer } from '@syncline/rpc/setting-types.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import type { ConduitTimings } from '../timings.ts';

const anyWait = { min: '10ms', max: '24h' };
const percent = { min: '0', max: '100' };

/** To be spread into the service's table. */
export const timingSettings = {
  attempt: duration(
    '15s',
    anyWait,
    'One attempt to register or refresh a target, all of its calls together.',
  ),
  retry: duration(
    '200ms',
    anyWait,
    'Bound of the wait after an attempt that failed; it doubles, and all of it is chance.',
  ),
  retryMax: duration('5s', anyWait, 'Longest such bound.'),
  fullRetry: duration(
    '200ms',
    anyWait,
    'Least wait before a stream without a free identifier is looked at again.',
  ),
  fullRetryMax: duration(
    '2s',
    anyWait,
    'Longest such wait; it does not grow, so who comes late is as likely to be next.',
  ),
  refresh: duration(
    '30s',
    anyWait,
    'From one refresh of a target to the next: at most half of what the NSP lets it live (MERIDIO_NSP_ENTRY_TIMEOUT).',
  ),
  refreshJitter: integer(10, percent, 'Percent by which each refresh is early or late.'),
  unregister: duration(
    '15s',
    anyWait,
    'How long a target that is to go is tried to be unregistered; then the NSP lets it expire.',
  ),
  unregisterCall: duration('5s', anyWait, 'One call of that.'),
  unregisterOnDown: flag(
    false,
    'Whether targets are unregistered while their link is down; Meridio leaves them.',
  ),
  request: duration('15s', anyWait, 'One Request to the proxy (MERIDIO_TIMEOUT).'),
  recover: duration(
    '2s',
    anyWait,
    'How long the monitor may take to tell of a connection that was there before.',
  ),
  close: duration('15s', anyWait, 'How long closing a connection is tried, whatever unregistering took.'),
  closeCall: duration('5s', anyWait, 'One call of that.'),
  emptyGrace: duration(
    '2s',
    anyWait,
    'How long a connection may be without local addresses before that is believed.',
  ),
  heal: duration('3s', anyWait, 'How long a link may be down before another endpoint is asked for.'),
  renew: duration(
    '60s',
    anyWait,
    'From one Request to the next when nothing changes: it finds what no event told.',
  ),
  renewJitter: integer(10, percent, 'Percent by which each renewal is early or late.'),
  firstList: duration('15s', anyWait, 'How long a watch of the NSP may take to give its first list.'),
  watchdog: duration('5s', anyWait, 'How much later than its own deadline a wait is called stuck.'),
};

type Values = ValuesOf<typeof timingSettings>;

/** The timings that the settings say. */
export function timingsOf(values: Values): ConduitTimings {
  const retry = { initialMs: values.retry, maxMs: values.retryMax };
  return {
    requestMs: values.request,
    retry,
    recoverMs: values.recover,
    closeMs: values.close,
    closeCallMs: values.closeCall,
    emptyGraceMs: values.emptyGrace,
    healMs: values.heal,
    renewMs: values.renew,
    renewJitter: values.renewJitter / 100,
    firstListMs: values.firstList,
    watchdogMs: values.watchdog,
    stream: {
      attemptMs: values.attempt,
      retry,
      fullRetry: { leastMs: values.fullRetry, mostMs: values.fullRetryMax },
      refreshMs: values.refresh,
      refreshJitter: values.refreshJitter / 100,
      unregisterMs: values.unregister,
      unregisterCallMs: values.unregisterCall,
      unregisterOnDown: values.unregisterOnDown,
    },
  };
}
