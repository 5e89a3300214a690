// A call with one answer that is passed on. It is made as a stream, which is the same on the wire: a message, or some,
// the end of the requests, then a message and a status.

import { ServerError, Status } from 'nice-grpc-common';
import type { RawClientStream, StreamEnd } from '../client/raw-stream.ts';
import { passedBack } from './passed-back.ts';

/** Messages to send, as they come. */
type Requests = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Sends `requests` onward and gives the answer. Rejects with the other server's status as a ServerError, whether or not
 * there are more requests to come, and with what `requests` throw. `signal` is the caller's, with which `onward` ends.
 */
export async function singleAnswer(
  onward: RawClientStream,
  requests: Requests,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const answers: Uint8Array[] = [];
  const ended = new Promise<StreamEnd>((resolve) => onward.onEnd(resolve));
  onward.onMessage((message) => {
    if (answers.push(message) > 1) onward.cancel();
  });
  const { code, details } = passedBack(await sentAndEnded(onward, requests, ended), signal);
  const [answer, second] = answers;
  if (second !== undefined)
    throw new ServerError(Status.INTERNAL, 'more than one answer was to be passed back');
  if (code !== Status.OK) throw new ServerError(code, details);
  if (answer === undefined) throw new ServerError(Status.INTERNAL, 'there was no answer to pass back');
  return answer;
}

async function sentAndEnded(
  onward: RawClientStream,
  requests: Requests,
  ended: Promise<StreamEnd>,
): Promise<StreamEnd> {
  try {
    return await Promise.race([ended, send(onward, requests, ended).then(() => ended)]);
  } catch (error) {
    onward.cancel();
    throw error;
  }
}

async function send(onward: RawClientStream, requests: Requests, ended: Promise<unknown>): Promise<void> {
  let drained = Promise.withResolvers<void>();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    drained.resolve();
  });
  onward.onDrain(() => drained.resolve());
  for await (const request of requests) {
    if (isOver) return;
    drained = Promise.withResolvers();
    if (!onward.write(request)) await drained.promise;
  }
  onward.halfClose();
}
