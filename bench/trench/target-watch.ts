// A Watch of all targets that reads and decodes nothing: it keeps the newest message, and when it came.

import {
  type Target,
  Target as TargetMessage,
  TargetRegistryDefinition,
  TargetResponse,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { Connection, RawClientStream } from '@syncline/rpc/connect.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { everyTarget } from './registry.ts';

const path = `/${TargetRegistryDefinition.fullName}/${TargetRegistryDefinition.methods.watch.name}`;

/** One message. */
export interface Received {
  /** See monotonicMs. */
  readonly atMs: number;
  /** A TargetResponse, encoded. */
  readonly bytes: Buffer;
}

export class TargetWatch implements Disposable {
  readonly #stream: RawClientStream;
  #newest: Received | undefined;

  /** `told` is called with each message, `ended` when the stream ends by itself. */
  constructor(
    connection: Connection,
    told: (received: Received) => void = () => {},
    ended: (why: string) => void = () => {},
  ) {
    this.#stream = connection.raw(path);
    this.#stream.onMessage((bytes) => {
      this.#newest = { atMs: monotonicMs(), bytes };
      told(this.#newest);
    });
    this.#stream.onEnd(({ code, details }) => ended(`a watch ended with ${code}: ${details}`));
    this.#stream.write(TargetMessage.encode(everyTarget()).finish());
    this.#stream.halfClose();
  }

  /** Undefined before the first. */
  get newest(): Received | undefined {
    return this.#newest;
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
  }
}

/** What a message lists. */
export function targetsOf({ bytes }: Received): readonly Target[] {
  return TargetResponse.decode(bytes).targets;
}
