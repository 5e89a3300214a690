// syncline.tap.v1.TapAdminService: what an operator sees of a tap.

import {
  TapAdminServiceDefinition,
  type TapDump,
  type WatchDumpResponse,
} from '@syncline/proto/tap-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { watchInterval } from '@syncline/rpc/watch-interval.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';

/** Binds the service; `take` gives the state of the moment. */
export function tapAdminBinding(take: () => TapDump, clock: Clock): Binding {
  return implement(TapAdminServiceDefinition, {
    dump: () => Promise.resolve({ dump: take() }),
    watchDump: ({ intervalMs }, { signal }) => watchDump(take, watchInterval(intervalMs), clock, signal),
  });
}

async function* watchDump(
  take: () => TapDump,
  intervalMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WatchDumpResponse> {
  let last: string | undefined;
  for (;;) {
    const dump = take();
    const state = stateOf(dump);
    if (state !== last) yield { dump };
    last = state;
    await sleep(clock, intervalMs, signal);
  }
}

/** All that is no measure of time, which would be another one every time. */
function stateOf({ loops, ...rest }: TapDump): string {
  const moments = loops.map(({ name, phase, awaits }) => [name, phase, awaits]);
  return JSON.stringify([rest, moments], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
