import { expect, test } from 'vitest';
import { jsonText } from './print.ts';
import { protoJson } from './proto-json.ts';

test('fields have the names of the .proto file at every depth, values stay as they are', () => {
  const status = {
    nextIndex: 2n ** 63n,
    link: { lagMs: 1n },
    streams: [{ peerAddress: 'A' }],
    error: undefined,
  };
  expect(jsonText(protoJson(status))).toBe(
    '{"next_index":9223372036854775808,"link":{"lag_ms":1},"streams":[{"peer_address":"A"}]}',
  );
});
