// pygnmi at the edges: a certificate that nobody signed, and an answer larger than gRPC clients take by default.

import assert from 'node:assert/strict';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import type { InteropCase } from '../case.ts';
import { NAME as TARGET } from '../datastore.ts';
import { connect, type ParsedGet, PygnmiError } from '../pygnmi/session.ts';
import { startRouter, text } from '../router.ts';
import { onBothServers } from '../servers.ts';
import { tlsSettings } from '../tls.ts';

const LEAVES = 3_000;
const VALUE = 'x'.repeat(4 << 10);

export const cases: readonly InteropCase[] = [
  {
    name: 'pygnmi P10: TLS with a self-signed certificate and skip_verify (device)',
    needs: ['pygnmi'],
    async run(context) {
      const folder = context.own(await tempDir('certificate'));
      const router = await startRouter(context, { env: await tlsSettings(context, 'device', folder.path) });
      const session = await connect(router, context, '--skip-verify');
      assert.match(JSON.stringify(await session.ask('get', { path: ['/system'] })), /router-1/);
    },
  },

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
