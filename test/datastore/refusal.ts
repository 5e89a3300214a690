// What a call was refused with.

import { ClientError, Status } from 'nice-grpc-common';

/** `[code, details]` of a call that must fail. */
export async function refusalOf(call: Promise<unknown>): Promise<readonly [code: string, details: string]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ClientError) return [Status[error.code], error.details];
    throw error;
  }
  throw new Error('the call was not refused');
}
