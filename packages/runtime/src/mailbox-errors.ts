// What a mailbox answers when it does not take an item or does not give one.

/** The mailbox holds as much as it may; the item was not taken. */
export class FullError extends Error {
  override name = 'FullError';
  readonly mailbox: string;
  /** How many items (or distinct keys) it holds at most. */
  readonly capacity: number;

  constructor(mailbox: string, capacity: number) {
    super(`mailbox ${mailbox} is full: it holds at most ${capacity}`);
    this.mailbox = mailbox;
    this.capacity = capacity;
  }
}

/** The mailbox takes no more; the item was not taken. */
export class ClosedError extends Error {
  override name = 'ClosedError';
  readonly mailbox: string;

  constructor(mailbox: string) {
    super(`mailbox ${mailbox} is closed`);
    this.mailbox = mailbox;
  }
}

/** A second consumer tried to read while the first still does. */
export class SecondConsumerError extends Error {
  override name = 'SecondConsumerError';
  readonly mailbox: string;

  constructor(mailbox: string) {
    super(`mailbox ${mailbox} has a consumer already`);
    this.mailbox = mailbox;
  }
}

/** Throws RangeError unless `capacity` is a whole number from 1. */
export function checkCapacity(mailbox: string, capacity: number): void {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`mailbox ${mailbox}: capacity must be a whole number from 1, not ${capacity}`);
  }
}
