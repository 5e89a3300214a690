// The far end of a subscription, as the domain sees it: somewhere messages go, which can be full.

import type { Message } from './change.ts';
import type { CallStatus } from './status.ts';

/** Takes the messages of one Subscribe in order. */
export interface Sink {
  /** Queues a message; nothing is refused, the writer watches `full`. Leaves are read before it returns. */
  write(message: Message): void;
  /** Whether as much is queued as should be. */
  readonly full: boolean;
  /** Bytes that were written since the start. */
  readonly writtenBytes: number;
  /** Of these, the ones that the client has not taken. */
  readonly queuedBytes: number;
  /** Resolves when the sink is not full; rejects with the signal's reason. */
  drained(signal: AbortSignal): Promise<void>;
  /** Ends the stream after what is queued. */
  end(status: CallStatus): void;
}
