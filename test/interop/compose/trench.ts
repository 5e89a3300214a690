// The tap with its NSP, ipam, proxy and load balancer, and the streams of the example that are opened through it.

import assert from 'node:assert/strict';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { type Part, syncline, synclineJson } from './part.ts';
import type { ComposeProject } from './project.ts';

const streams = ['api.core.demo', 'dns.edge.demo', 'web.edge.demo'];

/** Of `syncline lb lookup --json`, what is looked at here. */
interface Lookup {
  readonly stream?: string;
  readonly ips?: readonly string[];
}

export const trench: Part = {
  services: ['nsp', 'ipam', 'proxy', 'tap', 'load-balancer'],
  durable: ['nsp', 'ipam', 'proxy', 'tap'],

  async works(project, context) {
    await project.ended('streams');
    await eachStreamHasATarget(project, context);
    const balancer = project.address('load-balancer');
    const packet = ['--from', '198.51.100.7:40000', '--to', '20.0.0.1:443'];
    const lookup = await synclineJson<Lookup>(context, balancer, 'lb', 'lookup', 'edge.demo', ...packet);
    assert.equal(lookup.stream, 'web');
    assert.ok(lookup.ips?.length, `no target: ${JSON.stringify(lookup)}`);
  },

  // Nobody opens anything again: the tap keeps what was asked of it.
  survived: eachStreamHasATarget,
};

async function eachStreamHasATarget(project: ComposeProject, context: CaseContext): Promise<void> {
  const list = () =>
    syncline(context, project.address('nsp'), 'nsp', 'targets', '--status', 'enabled', '--json');
  await until(list, {
    deadlineMs: 30_000,
    everyMs: 500,
    describe: 'an enabled target for each stream',
    accept: ({ stdout }) => JSON.stringify(streamsOf(stdout)) === JSON.stringify(streams),
  });
}

function streamsOf(lines: string): string[] {
  const targets = lines.split('\n').filter((line) => line !== '');
  return targets.map((line) => (JSON.parse(line) as { stream: string }).stream).toSorted();
}
