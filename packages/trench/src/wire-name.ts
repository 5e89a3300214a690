// Names as messages of ambassador.v1, nsp.v1 and loadbalancer.v1 carry them: each object holds its parent, which may be
// absent. The parts that count are the same in all of them.

import type { ConduitName, StreamName } from './stream-name.ts';

/** A conduit message of any package. */
export interface ConduitMessage {
  readonly name: string;
  readonly trench?: { readonly name: string } | undefined;
}

/** A stream message of any package. */
export interface StreamMessage {
  readonly name: string;
  readonly conduit?: ConduitMessage | undefined;
}

/** A message without its conduit or trench; the text is Meridio's. */
export class MissingParentError extends Error {
  override name = 'MissingParentError';
  readonly parent: 'conduit' | 'trench';

  constructor(parent: 'conduit' | 'trench') {
    super(`${parent} cannot be nil`);
    this.parent = parent;
  }
}

/** The names in `conduit`, unchecked. Throws MissingParentError when it or its trench is absent. */
export function conduitNameOf(conduit: ConduitMessage | undefined): ConduitName {
  if (!conduit) throw new MissingParentError('conduit');
  if (!conduit.trench) throw new MissingParentError('trench');
  return { trench: conduit.trench.name, conduit: conduit.name };
}

/** The names in `stream`, unchecked. Throws MissingParentError when its conduit or trench is absent. */
export function streamNameOf(stream: StreamMessage): StreamName {
  return { ...conduitNameOf(stream.conduit), stream: stream.name };
}

/** A conduit message with these names. */
export function conduitMessage({ trench, conduit }: ConduitName): { name: string; trench: { name: string } } {
  return { name: conduit, trench: { name: trench } };
}

/** A stream message with these names. */
export function streamMessage(name: StreamName): {
  name: string;
  conduit: ReturnType<typeof conduitMessage>;
} {
  return { name: name.stream, conduit: conduitMessage(name) };
}
