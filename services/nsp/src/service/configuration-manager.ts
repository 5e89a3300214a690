// nsp.v1.ConfigurationManager. Until there is a configuration nobody is told that there is nothing: a client that knew
// something would forget it.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import type { Attractor, Conduit, Flow, Gateway, Stream, Trench, Vip } from '@syncline/proto/nsp-model.ts';
import type { Binding } from '@syncline/rpc/binding.ts';
import type { CallContext } from 'nice-grpc-common';
import type { LiveConfiguration } from '../configuration/live-configuration.ts';
import { SharedLists } from '../fanout/shared-lists.ts';
import type { Watchers } from '../fanout/watchers.ts';
import { type ConfigurationInterest, configurationResponse, interestKey } from '../wire/configuration.ts';
import { bindEncoded } from '../wire/encoded-stream.ts';
import type { Answers } from './answers.ts';
import { NoConfigurationError } from './no-configuration-error.ts';

/** The lists of the configuration that are watched. */
export class ConfigurationLists {
  readonly #lists: SharedLists<ConfigurationInterest>;

  constructor(live: LiveConfiguration) {
    this.#lists = new SharedLists(interestKey, (interest) => {
      if (live.configuration === undefined)
        throw new NoConfigurationError(live.refusal?.message ?? `${live.path} was not read yet`);
      return configurationResponse(interest, live.configuration);
    });
  }

  /** Throws NoConfigurationError. */
  open(interest: ConfigurationInterest) {
    return this.#lists.open(interest);
  }

  /** Another configuration is in force. */
  refresh(): void {
    this.#lists.refresh(() => true);
  }
}

export interface ConfigurationManagerParts {
  readonly lists: ConfigurationLists;
  readonly watchers: Watchers;
  readonly answers: Answers;
}

/** Binds it. */
export function configurationManagerBinding({
  lists,
  watchers,
  answers,
}: ConfigurationManagerParts): Binding {
  const watch = (interest: ConfigurationInterest, { peer, signal }: CallContext) =>
    answers.stream('watch', async function* () {
      using watcher = watchers.open(interest.kind, peer);
      using subscription = lists.open(interest);
      yield* watcher.responses(subscription.list, signal);
    });
  return bindEncoded(ConfigurationManagerDefinition, {
    watchTrench: (filter: Trench, context: CallContext) => watch({ kind: 'trench', filter }, context),
    watchConduit: (filter: Conduit, context: CallContext) => watch({ kind: 'conduit', filter }, context),
    watchStream: (filter: Stream, context: CallContext) => watch({ kind: 'stream', filter }, context),
    watchFlow: (filter: Flow, context: CallContext) => watch({ kind: 'flow', filter }, context),
    watchVip: (filter: Vip, context: CallContext) => watch({ kind: 'vip', filter }, context),
    watchAttractor: (filter: Attractor, context: CallContext) =>
      watch({ kind: 'attractor', filter }, context),
    watchGateway: (filter: Gateway, context: CallContext) => watch({ kind: 'gateway', filter }, context),
  });
}
