// Why a core worker did not give what it was asked for.

import type { FromCore } from './protocol.ts';

/** The core answered no. `code` is the name of the gRPC status the caller should see. */
export class CoreRefusalError extends Error {
  override name = 'CoreRefusalError';
  readonly code: Extract<FromCore, { kind: 'refusal' }>['code'];

  constructor(code: CoreRefusalError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The worker that holds the datastore has ended, or is not open for it at the moment. It is being restarted. */
export class CoreLostError extends Error {
  override name = 'CoreLostError';
}

/** The worker did not answer in time. The request may still be carried out. */
export class CoreDeadlineError extends Error {
  override name = 'CoreDeadlineError';

  constructor(asked: string, deadlineMs: number) {
    super(`the core did not answer "${asked}" within ${deadlineMs} ms`);
  }
}
