// A watch of which only the present state is wanted.

import type { DeadlineOption } from '@syncline/rpc/connect.ts';
import type { Session } from './session.ts';

/** What a streaming call takes. */
interface WatchOptions extends DeadlineOption {
  readonly signal: AbortSignal;
}

/** The first message of a watch, which a server sends at once, in the time that a unary call may take. */
export async function firstMessage<Message>(
  session: Session,
  open: (options: WatchOptions) => AsyncIterable<Message>,
): Promise<Message> {
  const { signal, timeoutMs } = session;
  for await (const message of open({ signal, deadlineMs: timeoutMs })) return message;
  throw new Error('the service ended the watch without a message');
}
