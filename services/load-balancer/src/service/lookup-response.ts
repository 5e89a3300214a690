// An outcome on the wire.

import { Dropped_Reason as DropReason, type LookupResponse } from '@syncline/proto/loadbalancer-admin.ts';
import type { Outcome } from '../plane/outcome.ts';

export function toLookupResponse(outcome: Outcome): LookupResponse {
  switch (outcome.kind) {
    case 'forwarded': {
      const { flow, slot, member } = outcome;
      const { identifier, ips } = member.target;
      const value = { identifier, ips: [...ips], stream: flow.stream.stream, flow: flow.name, slot };
      return { outcome: { $case: 'forwarded', value } };
    }
    case 'no flow':
      return { outcome: { $case: 'dropped', value: { reason: DropReason.NO_FLOW, flow: '', stream: '' } } };
    case 'no target': {
      const { name, stream } = outcome.flow;
      const value = { reason: DropReason.NO_TARGET, flow: name, stream: stream.stream };
      return { outcome: { $case: 'dropped', value } };
    }
  }
}
