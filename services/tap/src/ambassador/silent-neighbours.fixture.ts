// Neighbours that answer nothing, so that what is asked for stays as it was asked for.

import type { Ports } from '../ports.ts';

export const silent: Ports = {
  registry: { register: hang, unregister: hang, list: hang },
  configuration: { watchStreams: never, watchFlows: never },
  proxy: { request: hang, close: hang, monitor: never },
};

/** A call that nobody answers. */
function hang(): Promise<never> {
  return new Promise(() => undefined);
}

// oxlint-disable-next-line require-yield -- a watch that has nothing to say
async function* never(): AsyncGenerator<never> {
  await new Promise(() => undefined);
}
