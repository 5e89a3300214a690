// A transaction on a disk that may be full. SQLite moves its write-ahead log into the file by length alone, so on a small
// disk the log could have all the room and the file none of it, for ever.

import type { Database } from './database.ts';
import { asStoreFault, faultOf } from './store-fault.ts';

/**
 * Runs `body` in one transaction and gives what it gives; when it throws, nothing of it stays. When the disk is full the
 * log is moved into the file, which gives its room back, and `body` runs once more. Throws StoreFaultError, named by
 * `operation`, when the disk refuses, and what `body` throws else.
 */
export function transact<Value>(database: Database, operation: string, body: () => Value): Value {
  const once = () => database.transaction(body).immediate();
  try {
    return once();
  } catch (error) {
    const fault = asStoreFault(operation, error);
    if (faultOf(fault) !== 'disk-full' || !emptyLog(database)) throw fault;
  }
  try {
    return once();
  } catch (error) {
    throw asStoreFault(operation, error);
  }
}

/** Whether the log gave its room back; not when the file has no room for what is in it either. */
function emptyLog(database: Database): boolean {
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
    return true;
  } catch {
    return false;
  }
}
