// V1 while nothing stands still: copies are compared among the records, because a leader that is never idle has no
// keepalives to compare them with.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores, span } from './stores.ts';

const layout = { count: 300 };

/** Many changes fit into it, so no stream is ever quiet for so long. */
const keepalive = '400ms';

/** Stores of which ten regions change all the time, until it is disposed of. */
class Load implements AsyncDisposable {
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(stores: Stores, round: number) {
    this.#running = this.#run(stores, round);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(stores: Stores, from: number): Promise<void> {
    for (let round = from; !this.#isOver; round++) {
      stores.tell(span(0, 10), { round });
      await pause(5);
    }
  }
}

test('under a load that never ends a follower finds out that its regions are others, and takes them anew', async () => {
  const ids = { clusterId: '7', memberId: '9', keepalive };
  await using leader = await MemberUnderTest.leader(ids);
  await using follower = await MemberUnderTest.follower(leader.address);
  {
    using _stores = await Stores.fill(leader, layout);
    await expectSame(leader, [follower]);
  }
  await follower.kill();
  await leader.kill();
  await rm(join(leader.service.dataDir, 'region-syncer'), { recursive: true });
  await leader.restart();
  using stores = await Stores.join(leader, layout);
  // Not what the follower has of the first term, and longer than that, so that its index is one of this history too.
  stores.tellAll(1);
  stores.tell(span(0, 10), { round: 2 });
  await stores.settled();
  {
    await using _load = new Load(stores, 3);
    await follower.restart();
    const { joins } = await follower.becomes('another digest', (status) => status.digestMismatches === 1n);
    expect(joins).toMatchObject({ replay: 1n });
    await follower.becomes('the snapshot', (status) => status.ready && status.joins?.snapshot === 1n);
    const { nextIndex } = await follower.status();
    await follower.becomes('going on', (status) => status.nextIndex > nextIndex + 500n);
  }
  await stores.settled();
  await expectSame(leader, [follower]);
  expect((await follower.status()).digestMismatches).toBe(1n);
});
