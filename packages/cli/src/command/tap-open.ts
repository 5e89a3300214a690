// `syncline tap open`: asks for streams, and waits for them if told to.

import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession, type Session } from '../session.ts';
import {
  addParentOptions,
  type ParentOptions,
  readStream,
  type StreamName,
  streamMessage,
  streamText,
} from '../stream-name.ts';
import { opened } from '../tap-wait.ts';

interface Options extends ParentOptions {
  readonly wait?: boolean;
}

/** The command. */
export function tapOpenCommand(): Command {
  return addParentOptions(new Command('open'))
    .description('ask for streams; the tap opens them as soon as it can')
    .argument('<streams...>', 'stream.conduit.trench')
    .option('--wait', 'until they are open, at the most for --timeout; say what they are otherwise')
    .action(async (names: readonly string[], options: Options, command: Command) => {
      const streams = names.map((name) => readStream(name, options));
      using session = openSession(command, defaultAddress.tap);
      const tap = session.connection.client(TapDefinition);
      // One after the other: a tap has one trench at a time, so their order may decide.
      for (const stream of streams) await tap.open(streamMessage(stream), { signal: session.signal });
      await tell(session, streams, options.wait === true);
    });
}

/** Prints each stream that was asked for, or is open in time; throws an error that names those that are not. */
async function tell(session: Session, streams: readonly StreamName[], isAwaited: boolean): Promise<void> {
  const outcomes = await Promise.allSettled(
    streams.map(async (stream) => {
      if (isAwaited) await opened(session, stream);
      const name = streamText(streamMessage(stream));
      const state = isAwaited ? 'open' : 'asked for';
      printLine(session.json ? jsonText({ stream: name, state }) : `${state} ${name}`);
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  );
  if (!isAwaited && !session.json) {
    const only = streams.length === 1 ? streams.map((stream) => ` ${streamText(streamMessage(stream))}`) : [];
    process.stderr.write(`-- syncline tap watch${only.join('')} shows what becomes of it; --wait waits --\n`);
  }
  const [first] = failures;
  if (first === undefined) return;
  // A wait that Ctrl-C ended, or a call that failed, is the same for all.
  session.signal.throwIfAborted();
  throw failures.length === 1 ? first : new Error(failures.map(({ message }) => message).join('; '));
}
