// Settings of the region syncer for tests: waits that are minutes for an operator are a second here.

/** Settings by their names in the service's table, such as `snapshotFrame`. */
export type Settings = Readonly<Record<string, string>>;

/** What every member under test has unless told otherwise. */
const quick: Settings = {
  keepalive: '200ms',
  stall: '1s',
  silence: '1s',
  retry: '20ms',
  retryMax: '200ms',
  connectDeadline: '2s',
  storeRetry: '20ms',
  storeRetryMax: '100ms',
};

/** The environment that says these, on top of the quick ones. */
export function envOf(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ ...quick, ...settings }).map(([key, value]) => [
      `SYNCLINE_REGION_SYNCER_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`,
      value,
    ]),
  );
}
