// syncline.proxy.v1.ProxyAdminService.

import { State } from '@syncline/proto/connection.ts';
import {
  type ConduitName,
  ConnectionState,
  ProxyAdminServiceDefinition,
  type SetConnectionStateRequest,
} from '@syncline/proto/proxy-admin.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import type { Conduit } from '../conduit/conduit.ts';
import { UnknownError } from '../connection/errors.ts';
import type { Proxy } from '../proxy.ts';
import { readFault } from '../wire/fault.ts';
import { statusOf } from './status.ts';
import { refusal } from './status-of-error.ts';

export function proxyAdminBinding(proxy: Proxy): Binding {
  return implement(ProxyAdminServiceDefinition, {
    status: () => asked(() => statusOf(proxy)),
    setFault: ({ fault, conduit }) =>
      asked(() => {
        proxy.faults.set(readFault(fault), placeOf(proxy, conduit));
        return {};
      }),
    clearFaults: ({ conduit }) => asked(() => ({ cleared: proxy.faults.clear(placeOf(proxy, conduit)) })),
    changeSubnet: ({ conduit: name }, { signal }) =>
      asked(async () => {
        const conduit = proxy.conduit(given('conduit', name));
        const connections = await conduit.changeSubnet(signal);
        return { bridgeAddresses: [...(conduit.bridge.present?.addresses ?? [])], connections };
      }),
    setConnectionState: (request, { signal }) => asked(() => setState(proxy, request, signal)),
    deleteConnection: ({ connectionId }, { signal }) =>
      asked(async () => {
        const holders = holdersOf(proxy, connectionId);
        await Promise.all(holders.map((conduit) => conduit.forget(connectionId, signal)));
        return {};
      }),
  });
}

async function setState(proxy: Proxy, { which, state }: SetConnectionStateRequest, signal: AbortSignal) {
  if (state !== ConnectionState.UP && state !== ConnectionState.DOWN) {
    throw new MalformedError('state', String(state), 'it must be UP or DOWN');
  }
  const wanted = state === ConnectionState.UP ? State.UP : State.DOWN;
  switch (which?.$case) {
    case 'connectionId': {
      const id = which.value;
      const counts = await Promise.all(
        holdersOf(proxy, id).map((conduit) => conduit.setState([id], wanted, signal)),
      );
      return { connections: counts.reduce((all, each) => all + each, 0) };
    }
    case 'conduit': {
      const conduit = proxy.conduit(which.value);
      const ids = [...conduit.state.connections.keys()];
      if (ids.length === 0) throw new UnknownError(`conduit "${which.value.conduit}" has no connections`);
      return { connections: await conduit.setState(ids, wanted, signal) };
    }
    case undefined:
      throw new MalformedError('which', '', 'a connection id or a conduit must be given');
  }
}

/** The conduits that have a connection with this client's id. Throws UnknownError when there are none. */
function holdersOf(proxy: Proxy, id: string): readonly Conduit[] {
  const holders = proxy.conduits.filter(({ state }) => state.connections.has(id));
  if (holders.length === 0) throw new UnknownError(`no connection "${id}" here`);
  return holders;
}

/** Where a fault is set: undefined is every conduit. Throws UnknownError for a conduit that is not served. */
function placeOf(proxy: Proxy, name: ConduitName | undefined): string | undefined {
  return name === undefined ? undefined : proxy.conduit(name).settings.conduit;
}

function given<Value>(field: string, value: Value | undefined): Value {
  if (value === undefined) throw new MalformedError(field, '', 'it must be given');
  return value;
}

async function asked<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    throw refusal(error);
  }
}
