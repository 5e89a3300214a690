// What a tap does with its state file when it starts: the streams that it has are asked for again, and from then on the
// file follows what is asked for.

import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Ambassador } from '../ambassador/ambassador.ts';
import { type KeepingParts, KeptStreams } from './kept-streams.ts';
import { readState, StateFileError, type StateLimits, writeState } from './state-file.ts';

/** What keeping the streams of a tap works with. */
export interface KeptParts extends Omit<KeepingParts, 'write' | 'failed'> {
  readonly path: string;
  readonly limits: StateLimits;
  readonly ambassador: Ambassador;
  readonly logger: Logger;
}

/** Needs the lock of the file. Rejects with StateFileError when it cannot be read, or when a stream of it is refused. */
export async function openKept(parts: KeptParts): Promise<KeptStreams> {
  const { path, limits, ambassador, logger } = parts;
  const streams = await readState(path, limits);
  for (const stream of streams) {
    try {
      ambassador.open(stream);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new StateFileError(path, `has a stream that cannot be opened: ${problem}`, { cause: error });
    }
  }
  logger.info({ path, streams: streams.length }, 'streams restored');
  const write: KeepingParts['write'] = (desired) => writeState(path, desired.streams);
  const failed = (err: Error) => logger.warn({ err, path }, 'the state file cannot be written');
  return new KeptStreams({ ...parts, write, failed }, ambassador.desired);
}
