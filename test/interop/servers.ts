// The same case against both of our gNMI servers: the device, and a datastore that follows it.

import type { InteropCase } from './case.ts';
import type { CaseContext } from './context.ts';
import { startDatastore } from './datastore.ts';
import { type Lock, makeLock } from './lock.ts';
import { type Router, startRouter } from './router.ts';
import type { ToolName } from './tools/toolbox.ts';

/** One of our servers, showing the router's tree under the target name r1. */
export interface Server {
  readonly kind: 'device' | 'datastore';
  readonly address: string;
  readonly port: number;
  /** Where the tree is changed, whichever server is asked. */
  readonly router: Router;
}

/** Starts the router and, for 'datastore', a datastore that is in sync with it; behind `lock` where there is one. */
export async function startServer(kind: Server['kind'], context: CaseContext, lock?: Lock): Promise<Server> {
  const router = await startRouter(context, {}, lock);
  if (kind === 'device') return { kind, address: router.address, port: router.port, router };
  const datastore = await startDatastore(context, router.address, {}, lock);
  await datastore.synced();
  return { kind, address: datastore.address, port: datastore.port, router };
}

/** A row for each server; `name` is followed by which. */
export function onBothServers(
  name: string,
  needs: readonly ToolName[],
  run: (server: Server, context: CaseContext) => Promise<void>,
): InteropCase[] {
  return onBothKinds(name, needs, async (kind, context) => run(await startServer(kind, context), context));
}

/** The same behind TLS and a password. */
export function onBothLockedServers(
  name: string,
  needs: readonly ToolName[],
  run: (server: Server, lock: Lock, context: CaseContext) => Promise<void>,
): InteropCase[] {
  return onBothKinds(name, needs, async (kind, context) => {
    const lock = await makeLock(context);
    await run(await startServer(kind, context, lock), lock, context);
  });
}

function onBothKinds(
  name: string,
  needs: readonly ToolName[],
  run: (kind: Server['kind'], context: CaseContext) => Promise<void>,
): InteropCase[] {
  return (['device', 'datastore'] as const).map((kind) => ({
    name: `${name} (${kind})`,
    needs,
    run: (context) => run(kind, context),
  }));
}
