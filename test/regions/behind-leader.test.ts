// V9: a leader that begins from an older copy of its data, or from none, while its followers have seen newer terms.

import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { MemberUnderTest } from './member-under-test.ts';
import { expectSame } from './same.ts';
import { Stores, span } from './stores.ts';

const layout = { count: 300 };
const clusterId = '7';

async function tellAll(leader: MemberUnderTest, round: number): Promise<void> {
  using stores = await Stores.join(leader, layout);
  stores.tell(span(0, layout.count), { round });
  await stores.settled();
}

test.for(['a backup', 'nothing'])(
  'V9: a leader that begins from %s goes above the terms of its followers, and they have its regions',
  async (from) => {
    await using stack = new AsyncDisposableStack();
    const leader = stack.use(await MemberUnderTest.leader({ clusterId }));
    const follower = stack.use(await MemberUnderTest.follower(leader.address));
    const backup = stack.use(await tempDir('backup'));
    const data = join(leader.service.dataDir, 'region-syncer');
    await tellAll(leader, 1);
    await leader.service.stop();
    await cp(data, backup.path, { recursive: true });
    for (let round = 2; round <= 4; round++) {
      await leader.restart();
      await tellAll(leader, round);
    }
    await expectSame(leader, [follower]);
    const { term } = await follower.status();
    await leader.service.stop();
    await rm(data, { recursive: true });
    if (from === 'a backup') await cp(backup.path, data, { recursive: true });
    await leader.restart();
    await leader.becomes('above the terms of its follower', (status) => status.term > term);
    await tellAll(leader, 5);
    await expectSame(leader, [follower]);
    const now = await follower.status();
    expect(now.term).toBe(term + 1n);
    expect(now.joins?.snapshot).toBe(2n);
    expect((await leader.status()).term).toBe(now.term);
  },
);
