// nsp.v1.ConfigurationManager, as the loop of a conduit watches it.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { type Prefix, parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import { conduitMessage } from '@syncline/trench/wire-name.ts';
import type { Configuration } from '../ports.ts';
import type { Inbox } from './inbox.ts';

/** What an NSP of before 0.9.0, which does not send max-targets, goes by. */
const maxTargetsOfOld = 100;

/**
 * The configuration behind `nsp`. Its streams last until they are left or fail; keepalive tells of a dead NSP. A VIP that
 * is no prefix is left out: the others are none the worse for it.
 */
export function configurationOf(nsp: Connection, inbox: Inbox): Configuration {
  const client = nsp.client(ConfigurationManagerDefinition);
  return {
    watchStreams: (conduit, signal) =>
      inbox.follow(
        client.watchStream({ conduit: conduitMessage(conduit) }, { signal }),
        ({ streams }) => [
          streams.map(({ name, maxTargets }) => ({ name, maxTargets: maxTargets || maxTargetsOfOld })),
        ],
        signal,
      ),
    watchFlows: (conduit, signal) =>
      inbox.follow(
        client.watchFlow({ stream: { conduit: conduitMessage(conduit) } }, { signal }),
        ({ flows }) => {
          const texts = new Set(flows.flatMap(({ vips }) => vips.map(({ address }) => address)));
          const vip = (text: string) => inbox.orRefused(() => parsePrefix(text, 'VIP')) ?? [];
          return [distinct([...texts].flatMap(vip))];
        },
        signal,
      ),
  };
}

/** Each prefix once, however it was written. */
function distinct(prefixes: readonly Prefix[]): readonly Prefix[] {
  return [...new Map(prefixes.map((prefix) => [printPrefix(prefix), prefix])).values()];
}
