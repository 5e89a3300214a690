// pdpb.PD whole: what this member answers, and what it passes on to its leader.

import type { Binding } from '@syncline/rpc/binding.ts';
import { forwarding } from '@syncline/rpc/forward/forwarding.ts';
import type { LeaderLines } from './leader-lines.ts';
import { pdBinding } from './pd.ts';
import { pdStreams } from './pd-streams.ts';
import type { Serving } from './serving.ts';

/** Everything serve() needs for pdpb.PD. */
export function pdBindings(serving: Serving, lines: LeaderLines): readonly Binding[] {
  const here = [pdBinding(serving), ...pdStreams(serving.member.role, () => serving.streams)];
  return here.map((binding) => forwarding(binding, (path, metadata) => lines.route(path, metadata)));
}
