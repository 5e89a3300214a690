// What the wire and our leader alone cost: a process that asks for a snapshot as a follower of ours does, by the same
// gRPC client and with the same window, and throws away what comes.

import {
  GetMembersRequest,
  PDDefinition,
  SyncRegionRequest,
  SyncRegionResponse,
} from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { Parent } from '../child/parent.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { clusterId } from './layout.ts';
import type { RawReaderOptions, RawReaderOrder, RawReaderReport } from './raw-reader/orders.ts';

const window = 2 ** 20;
/** Frames without regions are smaller. */
const leastFrameBytes = 4096;
const member = { name: 'raw-reader', memberId: 3n, clientUrls: ['http://127.0.0.1:1'] };

const parent = new Parent<RawReaderOptions, RawReaderOrder, RawReaderReport>();
const connection = connect(parent.options.address, {
  security: { kind: 'plaintext' },
  maxReceiveBytes: -1,
  flowControlWindow: window,
});
await connection.client(PDDefinition).getMembers(GetMembersRequest.create());

parent.onOrder(() => {
  const { promise, resolve, reject } = Promise.withResolvers<RawReaderReport>();
  const began = monotonicMs();
  const stream = connection.raw(`/${PDDefinition.fullName}/${PDDefinition.methods.syncRegions.name}`);
  let first: Buffer | undefined;
  let bytes = 0;
  stream.onMessage((message) => {
    first ??= message;
    bytes += message.length;
    if (message.length >= leastFrameBytes) return;
    if (SyncRegionResponse.decode(message).kind !== FrameKind.SNAPSHOT_END) return;
    const seconds = (monotonicMs() - began) / 1_000;
    resolve({ kind: 'read', seconds, bytes, regions: Number(SyncRegionResponse.decode(first).total) });
  });
  stream.onEnd(({ code, details }) => reject(new Error(`the stream ended with ${code}: ${details}`)));
  const request = { header: { clusterId }, member, capabilities: 3n };
  stream.write(SyncRegionRequest.encode(SyncRegionRequest.fromPartial(request)).finish());
  return promise;
});
parent.report({ kind: 'ready' });
