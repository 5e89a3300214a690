// nsp.v1.TargetRegistry.

import {
  type Target as TargetMessage,
  TargetRegistryDefinition,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { Binding } from '@syncline/rpc/binding.ts';
import type { CallContext } from 'nice-grpc-common';
import { SharedLists } from '../fanout/shared-lists.ts';
import type { Watchers } from '../fanout/watchers.ts';
import type { Registry } from '../registry/registry.ts';
import { checkTarget, type VipsOf } from '../registry/target-check.ts';
import { filterKey, matchesTarget, type TargetFilter } from '../registry/target-filter.ts';
import type { TargetChange } from '../registry/target-table.ts';
import { bindEncoded } from '../wire/encoded-stream.ts';
import { fromRemoved, fromTarget, fromTargetFilter, targetChunk } from '../wire/target.ts';
import type { Answers } from './answers.ts';

/** The lists of targets that are watched. */
export class TargetLists {
  readonly #lists: SharedLists<TargetFilter>;

  /** `matching` gives the targets as they are. */
  constructor(matching: Registry['matching']) {
    this.#lists = new SharedLists(filterKey, (filter) =>
      Buffer.concat(Array.from(matching(filter), targetChunk)),
    );
  }

  open(filter: TargetFilter) {
    return this.#lists.open(filter);
  }

  /** Targets have changed: the lists of those are made anew. */
  refresh(changes: readonly TargetChange[]): void {
    this.#lists.refresh((filter) =>
      changes.some(({ before, after }) =>
        [before, after].some((target) => target !== undefined && matchesTarget(filter, target)),
      ),
    );
  }
}

export interface TargetRegistryParts {
  readonly registry: Registry;
  readonly lists: TargetLists;
  readonly watchers: Watchers;
  readonly vipsOf: VipsOf;
  readonly answers: Answers;
}

/** Binds it. */
export function targetRegistryBinding({
  registry,
  lists,
  watchers,
  vipsOf,
  answers,
}: TargetRegistryParts): Binding {
  return bindEncoded(TargetRegistryDefinition, {
    register: (message: TargetMessage) =>
      answers.unary('register', async () => {
        const target = fromTarget(message);
        checkTarget(target, vipsOf);
        await registry.register(target);
        return {};
      }),
    unregister: (message: TargetMessage) =>
      answers.unary('unregister', async () => {
        const target = fromRemoved(message);
        if (target !== undefined) await registry.unregister(target);
        return {};
      }),
    watch: (message: TargetMessage, { peer, signal }: CallContext) =>
      answers.stream('watch', async function* () {
        using watcher = watchers.open('target', peer);
        using subscription = lists.open(fromTargetFilter(message));
        yield* watcher.responses(subscription.list, signal);
      }),
  });
}
