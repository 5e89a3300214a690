// pygnmi at the edges: a certificate that it takes as it comes, a password, and an answer larger than gRPC clients
// take by default.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { NAME as TARGET } from '../datastore.ts';
import { connect, type ParsedGet, PygnmiError } from '../pygnmi/session.ts';
import { text } from '../router.ts';
import { onBothLockedServers, onBothServers } from '../servers.ts';

const LEAVES = 3_000;
const VALUE = 'x'.repeat(4 << 10);

export const cases: readonly InteropCase[] = [
  ...onBothLockedServers(
    'pygnmi P10: TLS with skip_verify, and a password; UNAUTHENTICATED with a wrong one or none',
    ['pygnmi'],
    async (server, lock, context) => {
      const as = (...identity: readonly string[]) => connect(server, context, '--skip-verify', ...identity);
      const session = await as(`--username=${lock.username}`, `--password=${lock.password}`);
      assert.match(JSON.stringify(await session.ask('get', { path: ['/system'] })), /router-1/);

      const refused = (error: unknown) => error instanceof PygnmiError && error.code === 'UNAUTHENTICATED';
      await assert.rejects(as(`--username=${lock.username}`, '--password=guess'), refused);
      await assert.rejects(as(), refused);
    },
  ),

  ...onBothServers(
    'pygnmi P11: a get of 12 MiB is refused or whole, and never hangs',
    ['pygnmi'],
    async (server, context) => {
      const leaf = (index: number): string => `/big/leaf[id=${index}]/value`;
      for (let begin = 0; begin < LEAVES; begin += 500) {
        const indexes = Array.from({ length: 500 }, (_, offset) => begin + offset);
        await server.router.change(Object.fromEntries(indexes.map((index) => [leaf(index), text(VALUE)])));
      }
      const question = { path: ['/big'], target: TARGET };
      const refused = (await connect(server, context)).ask('get', question);
      await assert.rejects(
        refused,
        (error) => error instanceof PygnmiError && error.code === 'RESOURCE_EXHAUSTED',
      );
      const patient = await connect(server, context, '--max-receive-bytes=-1');
      const answer = await patient.ask<ParsedGet>('get', question);
      assert.ok(JSON.stringify(answer).length > LEAVES * VALUE.length);
    },
  ),
];
