// An NSP that is stopped and goes on: a watcher is not let go for the time in which it could not be sent anything.

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Target_Status as Status,
  TargetRegistryDefinition,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { TcpProxy } from '@syncline/testkit/tcp-proxy.ts';
import { Status as Code } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { aTarget, demo, NspUnderTest, Watch } from './nsp-under-test.ts';

/** So many, so long that a list of them is more than a watcher over a dead line can be sent. */
const targets = Array.from({ length: 100 }, (_, n) =>
  aTarget(`10.1.${n}.1/24`, { context: { identifier: '1', note: 'x'.repeat(2_000) } }),
);

/** The first of them, changed. */
function changed(identifier: string) {
  return aTarget('10.1.0.1/24', { context: { identifier } });
}

test('stopped for longer than a watcher may take nothing, it lets the one go that goes on taking nothing, in time', async () => {
  await using nsp = await NspUnderTest.start(await readFile(demo, 'utf8'), { stall: '2s' });
  await Promise.all(targets.map((target) => nsp.registry.register(target)));
  await using lines = new AsyncDisposableStack();
  const watchOver = async () => {
    const line = lines.use(await TcpProxy.open(nsp.service.port));
    const registry = lines
      .use(connect(line.address, { security: { kind: 'plaintext' } }))
      .client(TargetRegistryDefinition);
    const watch = lines.use(
      new Watch((options) => registry.watch({ status: Status.ANY, type: Type.DEFAULT }, options)),
    );
    await watch.until('a list', () => true);
    line.halfOpen();
    return { line, watch };
  };
  const [slow, stuck] = [await watchOver(), await watchOver()];
  await nsp.registry.register(changed('2'));
  await nsp.becomes(
    'both being owed a list',
    ({ watchers }) => watchers.length === 2 && watchers.every(({ blockedMs }) => blockedMs > 0n),
  );
  nsp.service.kill('SIGSTOP');
  await slow.line.heal();
  await delay(3_000);
  nsp.service.kill('SIGCONT');

  await nsp.becomes('the end of one', ({ watchers }) => watchers.length < 2);
  await nsp.registry.register(changed('3'));
  await slow.watch.until('what comes after', (list) => list.targets[0]?.context['identifier'] === '3');
  await stuck.line.heal();
  expect(await stuck.watch.ended).toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
});
