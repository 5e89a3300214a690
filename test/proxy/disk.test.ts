// F19: a disk that refuses, is full, or does not answer.

import { Status } from 'nice-grpc-common';
import { afterAll, expect, test } from 'vitest';
import { idOf } from '../../services/proxy/src/world/request.fixture.ts';
import { SmallDisk } from '../small-disk.ts';
import { hops, ProxyUnderTest } from './proxy-under-test.ts';

const disk = SmallDisk.mount(4);
afterAll(() => disk?.[Symbol.dispose]());

const refused = {
  code: Status.UNAVAILABLE,
  details: expect.stringContaining('the disk refuses: write: ') as string,
};

test('F19: what the disk refuses has not happened, and the proxy says so until the disk takes changes again', async () => {
  const failpoints = 'commit.before-commit=error:no room@3;probe=error:still no room@1';
  await using proxy = await ProxyUnderTest.start({ failpoints, storeProbe: '300ms' });
  await proxy.ready();
  const answer = await proxy.request('a');
  using watch = proxy.watch(hops(idOf('a', 'edge')));
  await watch.next();
  await expect(proxy.close('a')).rejects.toMatchObject(refused);
  expect(await watch.isSilent(50)).toBe(true);
  expect(await proxy.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringContaining('the disk refuses: write: no room') as string,
  });
  await expect.poll(() => proxy.readiness()).toEqual({ ready: true });
  expect(await proxy.request('a', 'edge', () => ({}), answer)).toEqual(answer);
});

test.skipIf(disk === undefined)('F19: a full disk keeps what is on it, and a restart finds it', async () => {
  await using proxy = await ProxyUnderTest.start({}, disk?.directory('full'));
  await proxy.ready();
  const held = await proxy.request('held');
  disk?.fill(32 << 10);
  const labels = { filler: 'x'.repeat(20_000) };
  const told: string[] = [];
  for (let refusal: unknown; refusal === undefined; ) {
    const target = `t${told.length}`;
    refusal = await proxy
      .request(target, 'edge', () => ({ labels }))
      .then(
        () => void told.push(target),
        (error: unknown) => error,
      );
    if (refusal !== undefined) expect(refusal).toMatchObject(refused);
  }
  expect(await proxy.readiness()).toMatchObject({ ready: false });
  await proxy.kill();
  disk?.makeRoom();
  await proxy.restart();
  const { connections } = await proxy.admin.status({});
  expect(connections.map(({ id }) => id)).toEqual(
    [...told, 'held'].map((each) => idOf(each, 'edge')).toSorted(),
  );
  expect(await proxy.request('held', 'edge', () => ({}), held)).toEqual(held);
});

test('a disk that does not answer ends the process, which says so', async () => {
  await using proxy = await ProxyUnderTest.start({
    failpoints: 'commit.before-commit=block:5000@1',
    // Long enough for a start.
    storeDeadline: '2s',
  });
  await proxy.ready();
  await expect(proxy.request('a')).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  expect(await proxy.service.exited).toEqual({ code: 1, signal: null });
  expect(proxy.service.logs.join('\n')).toContain('the store did not answer \\"commit\\" within 2000 ms');
});
