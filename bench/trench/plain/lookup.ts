// Lookups that are answered without looking: what a unary call costs on grpc-js alone.

import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type LookupRequest, LookupResponse } from '@syncline/proto/loadbalancer-admin.ts';

/** The handlers; responses are encoded already. */
export const plainLookup: UntypedServiceImplementation = {
  lookup({ request }: ServerUnaryCall<LookupRequest, Uint8Array>, done: sendUnaryData<Uint8Array>) {
    const slot = request.packet?.sourcePort ?? 0;
    const value = { identifier: 1, ips: ['10.0.0.1/32'], stream: 'stream-0', flow: 'flow-stream-0', slot };
    done(null, LookupResponse.encode({ outcome: { $case: 'forwarded', value } }).finish());
  },
};
