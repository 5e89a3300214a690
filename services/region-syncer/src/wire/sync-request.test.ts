import { Member, SyncRegionRequest } from '@syncline/proto/pdpb.ts';
import { anyUint64 } from '@syncline/protobuf/arbitrary.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSyncRequest, encodeSyncRequest } from './sync-request.ts';

const member = Member.create({ name: 'f1', memberId: 2n ** 63n, clientUrls: ['http://127.0.0.1:3379'] });

test('a request is read as it was written', () => {
  fc.assert(
    fc.property(
      anyUint64,
      fc.maxSafeNat(),
      fc.nat(),
      fc.boolean(),
      (clusterId, startIndex, term, takesDeltas) => {
        const request = { clusterId, member, startIndex, term, takesDeltas };
        expect(decodeSyncRequest(encodeSyncRequest(request))).toEqual({ ...request, ours: true });
      },
    ),
  );
});

test('a PD has no terms and takes no deltas, whatever comes in their fields', () => {
  const message = SyncRegionRequest.encode(
    SyncRegionRequest.create({ member, startIndex: 12n, term: 9n, capabilities: 2n }),
  ).finish();
  expect(decodeSyncRequest(message)).toEqual({
    clusterId: 0n,
    member,
    startIndex: 12,
    ours: false,
    takesDeltas: false,
    term: 0,
  });
});

test('an index that no log has is read as one that is too high', () => {
  const message = SyncRegionRequest.encode(
    SyncRegionRequest.create({ member, startIndex: 2n ** 64n - 1n }),
  ).finish();
  expect(decodeSyncRequest(message).startIndex).toBe(Number.MAX_SAFE_INTEGER);
});

test('a member without name or URL is refused where it comes from and where it goes to', () => {
  const bad = [
    { member: undefined, field: 'member' },
    { member: { ...member, name: '' }, field: 'member.name' },
    { member: { ...member, clientUrls: [] }, field: 'member.client_urls' },
  ];
  for (const one of bad) {
    const message = SyncRegionRequest.encode(SyncRegionRequest.create({ member: one.member })).finish();
    expect(() => decodeSyncRequest(message)).toThrow(expect.objectContaining({ field: one.field }));
  }
  const request = { clusterId: 1n, startIndex: 0, term: 0, takesDeltas: true };
  expect(() => encodeSyncRequest({ ...request, member: { ...member, clientUrls: [] } })).toThrow(
    'member.client_urls: of f1 are none',
  );
});

test('malformed bytes are a WireError', () => {
  expect(() => decodeSyncRequest(Uint8Array.of(0x12, 0x05, 0x01))).toThrow(WireError);
});
