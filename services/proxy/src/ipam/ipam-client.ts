// The IPAM behind a gRPC connection. Each call has a deadline of its own, whatever else ends it.

import { type Child as ChildMessage, IPFamily, IpamDefinition } from '@syncline/proto/ipam-v1.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { type Prefix, parsePrefix } from '@syncline/trench/prefix.ts';
import { conduitMessage } from '@syncline/trench/wire-name.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { type Child, type Ipam, IpamError } from './ipam.ts';

/** Calls the service that `connection` leads to; each call may take `deadlineMs`. */
export function ipamClient(connection: Connection, deadlineMs: number): Ipam {
  const client = connection.client(IpamDefinition);
  return {
    async allocate(child, signal) {
      const { address, prefixLength } = await called(child, signal, () =>
        client.allocate(message(child), { signal, deadlineMs }),
      );
      return prefixOf(child, `${address}/${prefixLength}`);
    },
    async release(child, signal) {
      await called(child, signal, () => client.release(message(child), { signal, deadlineMs }));
    },
  };
}

async function called<Answer>(
  { name, conduit, family }: Child,
  signal: AbortSignal,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ClientError)) throw error;
    const text = `the ipam on "${name}" of conduit "${conduit}" (${family}): ${error.details}`;
    throw new IpamError(Status[error.code] ?? 'UNKNOWN', text, error);
  }
}

function prefixOf({ family }: Child, text: string): Prefix {
  try {
    const prefix = parsePrefix(text, 'the answer of the ipam');
    if (prefix.address.family === family) return prefix;
    throw new IpamError('WRONG_ANSWER', `the ipam answered ${text} when it was asked for ${family}`);
  } catch (error) {
    if (error instanceof MalformedError) throw new IpamError('WRONG_ANSWER', error.message, error);
    throw error;
  }
}

function message({ trench, conduit, node, name, family }: Child): ChildMessage {
  return {
    name,
    subnet: {
      conduit: { ...conduitMessage({ trench, conduit }), destinationPortNats: [] },
      node,
      ipFamily: family === 'ipv4' ? IPFamily.IPV4 : IPFamily.IPV6,
    },
  };
}
