// grpcurl as a command: what it learns from a server's reflection, and what it calls with that.

import assert from 'node:assert/strict';
import type { CaseContext } from './context.ts';

/** What `grpcurl list` or `grpcurl describe` print about the server at `address`, line by line. */
export async function grpcurlLines(
  context: CaseContext,
  address: string,
  ...words: readonly string[]
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await context.run('grpcurl', ['-plaintext', address, ...words]);
  assert.equal(code, 0, stderr);
  return stdout.trim().split('\n');
}

/** Calls a method with a request in protobuf's JSON, and gives its answer likewise, default values included. */
export async function grpcurlCall(
  context: CaseContext,
  address: string,
  method: string,
  request: object = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await context.run('grpcurl', [
    '-plaintext',
    '-emit-defaults',
    '-max-time=10',
    `-d=${JSON.stringify(request)}`,
    address,
    method,
  ]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}
