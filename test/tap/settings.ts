// Settings for tests: waits that are seconds for an operator are tenths of one here.

import type { Settings } from '@syncline/testkit/service-process.ts';

const quick: Readonly<Record<string, Settings>> = {
  tap: {
    attempt: '2s',
    retry: '20ms',
    retryMax: '200ms',
    fullRetry: '50ms',
    fullRetryMax: '300ms',
    refresh: '1s',
    unregister: '2s',
    unregisterCall: '1s',
    request: '2s',
    recover: '500ms',
    close: '2s',
    closeCall: '1s',
    emptyGrace: '200ms',
    heal: '300ms',
    renew: '2s',
    firstList: '2s',
    watchdog: '2s',
    reconnect: '20ms',
    reconnectMax: '200ms',
    stop: '5s',
    drain: '500ms',
  },
  nsp: { settle: '10ms', poll: '50ms', entryTimeout: '4s' },
  ipam: {},
  proxy: {
    retry: '20ms',
    retryMax: '200ms',
    releaseDelay: '500ms',
    ipamDeadline: '1s',
    requestDeadline: '2s',
  },
  'load-balancer': { retry: '20ms', retryMax: '200ms' },
};

/** These, on top of the quick ones. */
export function quickSettings(service: string, own: Settings): Settings {
  return { ...quick[service], ...own };
}
