// nsp.v1.TargetRegistry by bare calls, and the messages that they carry.

import {
  Target_Status as Status,
  type Target,
  TargetRegistryDefinition,
  type TargetResponse,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';

/** Whoever answers Register, Unregister and Watch. */
export class Registry {
  readonly #client;
  readonly #signal: AbortSignal;

  /** Calls end with `signal`. */
  constructor(connection: Connection, signal: AbortSignal) {
    this.#client = connection.client(TargetRegistryDefinition);
    this.#signal = signal;
  }

  /** The targets of a stream, or of all, whatever their status: the first message of a Watch. */
  async list(stream?: StreamName): Promise<readonly Target[]> {
    const messages: AsyncIterable<TargetResponse> = this.#client.watch(everyTarget(stream), {
      signal: this.#signal,
    });
    for await (const { targets } of messages) return targets;
    throw new Error('the registry ended a Watch without a message');
  }

  async register(target: Target): Promise<void> {
    await this.#client.register(target, { signal: this.#signal });
  }

  /** Registers twice: what an NSP does not know it keeps as DISABLED. */
  async enable(target: Target): Promise<void> {
    await this.register(target);
    await this.register(target);
  }

  async unregister(target: Target): Promise<void> {
    await this.#client.unregister(target, { signal: this.#signal });
  }
}

/** What a Watch of the targets of a stream, or of all, asks for. */
export function everyTarget(stream?: StreamName): Target {
  return {
    ips: [],
    context: {},
    status: Status.ANY,
    type: Type.DEFAULT,
    stream: stream && streamOf(stream),
  };
}

/** A target as a tap registers it. */
export function targetOf(
  stream: StreamName,
  ips: readonly string[],
  identifier: number,
  status: 'enabled' | 'disabled' = 'enabled',
): Target {
  return {
    ips: [...ips],
    context: { identifier: String(identifier) },
    status: status === 'enabled' ? Status.ENABLED : Status.DISABLED,
    type: Type.DEFAULT,
    stream: streamOf(stream),
  };
}

function streamOf(stream: StreamName) {
  const { name, conduit } = streamMessage(stream);
  return { name, conduit: { ...conduit, destinationPortNats: [] }, maxTargets: 0 };
}
