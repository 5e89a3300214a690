// When the feed is ready: PD leads, and has been told of every region since it was joined.

import type { Readiness } from '@syncline/rpc/serve.ts';
import type { FeedState } from './feed.ts';

export function readinessOf(state: FeedState): Readiness {
  switch (state.kind) {
    case 'seeking':
      return { ready: false, reason: `no PD: ${state.detail}` };
    case 'joining':
      return { ready: false, reason: `joining PD at ${state.address}` };
    case 'feeding':
      return state.run.reported
        ? { ready: true }
        : { ready: false, reason: `PD at ${state.address} is not told of every region yet` };
  }
}
