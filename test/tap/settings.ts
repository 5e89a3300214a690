// Settings for tests: waits that are seconds for an operator are tenths of one here.

/** Settings by their names in a service's table, such as `unregisterCall`. */
export type Settings = Readonly<Record<string, string>>;

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

/** The environment that says these, on top of the quick ones. */
export function envOf(service: string, settings: Settings): Readonly<Record<string, string>> {
  const prefix = `SYNCLINE_${service.toUpperCase().replaceAll('-', '_')}_`;
  return Object.fromEntries(
    Object.entries({ ...quick[service], ...settings }).map(([key, value]) => [
      `${prefix}${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`,
      value,
    ]),
  );
}
