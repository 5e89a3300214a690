// An ipam that stands still for longer than a lease lives: it heard nobody meanwhile, and takes nothing back for that.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { IpamUnderTest } from './ipam-under-test.ts';

test('frozen for longer than a lease lives, it gives nobody’s address to a stranger who asks first', async () => {
  await using ipam = await IpamUnderTest.start({ stale: '2s', collect: '500ms' });
  const address = await ipam.allocate('owner');
  ipam.service.kill('SIGSTOP');
  const stranger = ipam.allocate('stranger');
  await delay(3_000);
  ipam.service.kill('SIGCONT');
  expect(await stranger).not.toBe(address);
  // What fell due in the stop is done by now, be it before the call that waited or after it.
  expect(await ipam.allocate('another')).not.toBe(address);
  expect(await ipam.allocate('owner')).toBe(address);
  expect((await ipam.status()).counts).toMatchObject({ addresses: 3, collectedTotal: 0n });
});
