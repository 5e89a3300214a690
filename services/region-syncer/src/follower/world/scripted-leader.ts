// For tests of the follower: a leader on a real port that sends what the test says, and nothing by itself.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Binding, bindHandlers, rawBidi } from '@syncline/rpc/binding.ts';
import { methodsOf } from '@syncline/rpc/method.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { roomyLimits, serveForTest } from '@syncline/rpc/serve.fixture.ts';
import { until } from '@syncline/testkit/wait.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { binaryVersion } from '../../cluster/binary-version.ts';
import { decodeSyncRequest, type SyncRequest } from '../../wire/sync-request.ts';
import type { Carried } from '../../wire/wire.fixture.ts';
import { clusterId } from './regions.ts';

/** One SyncRegions call. */
export interface ScriptedCall {
  readonly request: SyncRequest;
  /** Aborts when the follower has hung up. */
  readonly signal: AbortSignal;
  /** Bytes that the follower has not taken. */
  readonly queuedBytes: number;
  send(...frames: readonly Uint8Array[]): void;
  end(code: Status, details: string): void;
}

/** Who the leader says it is. */
export interface Says {
  clusterId: bigint;
  memberId: bigint;
  binaryVersion: string;
  /** Where the leader is. */
  clientUrls: string[];
  /** GetMembers is not answered. */
  mute: boolean;
  /** What ScanRegions answers; undefined: UNIMPLEMENTED. */
  listing: readonly Carried[] | undefined;
}

export class ScriptedLeader implements AsyncDisposable {
  readonly says: Says;
  readonly #calls: ScriptedCall[] = [];
  readonly #server: AsyncDisposable & { readonly port: number };
  #taken = 0;

  /** A leader of ours, or a PD; on a free port unless one is given. */
  static async start(kind: 'ours' | 'foreign', port = 0): Promise<ScriptedLeader> {
    const says: Says = {
      clusterId,
      memberId: 7n,
      binaryVersion: kind === 'ours' ? binaryVersion : 'v8.5.0',
      clientUrls: ['http://127.0.0.1:1'],
      mute: false,
      listing: undefined,
    };
    const calls: ScriptedCall[] = [];
    const server = await serveForTest(bindings(says, calls), {
      listen: { host: '127.0.0.1', port },
      limits: { ...roomyLimits, drainMs: 50 },
    });
    return new ScriptedLeader(says, calls, server);
  }

  private constructor(
    says: Says,
    calls: ScriptedCall[],
    server: AsyncDisposable & { readonly port: number },
  ) {
    this.says = says;
    this.#calls = calls;
    this.#server = server;
  }

  get port(): number {
    return this.#server.port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many calls came that next() has not given. */
  get waiting(): number {
    return this.#calls.length - this.#taken;
  }

  /** The next call that a follower makes. */
  async next(): Promise<ScriptedCall> {
    const nth = this.#taken;
    this.#taken += 1;
    const call = await until(() => this.#calls[nth], {
      deadlineMs: 5_000,
      describe: `call ${nth + 1} of the follower`,
      everyMs: 2,
    });
    if (call === undefined) throw new Error('no call');
    return call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

function bindings(says: Says, calls: ScriptedCall[]): Binding[] {
  const others = [...methodsOf(PDDefinition)]
    .filter(([, { descriptor }]) => !(descriptor.requestStream && descriptor.responseStream))
    .map(([name]) => [name, () => Promise.reject(new ServerError(Status.UNIMPLEMENTED, name))] as const);
  const handlers: Record<string, () => Promise<unknown>> = Object.fromEntries(others);
  handlers['getMembers'] = () => members(says);
  handlers['scanRegions'] = () => listing(says);
  const streams = Object.entries(PDDefinition.methods).filter(
    ([, { requestStream, responseStream }]) => requestStream && responseStream,
  );
  return [
    bindHandlers(PDDefinition.fullName, methodsOf(PDDefinition), handlers),
    ...streams.map(([name]) =>
      rawBidi(PDDefinition, name as keyof typeof PDDefinition.methods, (call) => {
        if (name === 'syncRegions') call.onMessage((message) => calls.push(scripted(call, message)));
        else call.end(Status.UNIMPLEMENTED, name);
      }),
    ),
  ];
}

async function members(says: Says): Promise<unknown> {
  if (says.mute) await Promise.withResolvers<void>().promise;
  const leader = {
    name: 'leader',
    memberId: says.memberId,
    clientUrls: says.clientUrls,
    binaryVersion: says.binaryVersion,
  };
  return { header: { clusterId: says.clusterId }, members: [leader], leader };
}

function listing(says: Says): Promise<unknown> {
  if (says.listing === undefined)
    return Promise.reject(new ServerError(Status.UNIMPLEMENTED, 'there is no ScanRegions'));
  const regions = says.listing.map(({ region, leader }) => ({ region, leader }));
  return Promise.resolve({ header: { clusterId: says.clusterId }, regions });
}

function scripted(call: RawCall, message: Uint8Array): ScriptedCall {
  return {
    request: decodeSyncRequest(message),
    signal: call.signal,
    get queuedBytes() {
      return call.queuedBytes;
    },
    send: (...frames) => call.writeFramed(Buffer.concat(frames)),
    end: (code, details) => call.end(code, details),
  };
}
