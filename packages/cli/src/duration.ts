// Durations as people write them, for options.

import { duration } from '@syncline/rpc/setting-types.ts';
import { InvalidArgumentError } from 'commander';

const form = duration('1s', { min: '1ms', max: '24h' }, '');

/** Milliseconds of a text such as `250ms`, `5s`, `10m` or `1h`. Throws InvalidArgumentError. */
export function readDuration(text: string): number {
  try {
    return form.parse(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}
