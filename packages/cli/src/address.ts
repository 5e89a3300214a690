// Where a service is, as --address says it. What is no address is refused here: gRPC takes nearly any text for the name of
// a host, and adds port 443.

import { isHostAndPort } from '@syncline/rpc/setting-types.ts';
import { InvalidArgumentError } from 'commander';

/** Adds `host:port`, `[v6]:port` or `unix:/path` to the addresses given before it. Throws InvalidArgumentError. */
export function readAddress(text: string, before: readonly string[] = []): readonly string[] {
  if (isHostAndPort(text) || /^unix:./.test(text)) return [...before, text];
  throw new InvalidArgumentError(
    'Expected host:port, [v6]:port or unix:/path, with a port from 1 to 65535, such as 127.0.0.1:3379.',
  );
}
