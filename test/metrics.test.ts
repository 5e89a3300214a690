// docs/metrics.md has every family that a service has on /metrics, in the service's own words, and no other.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startService } from '@syncline/testkit/service.ts';
import { expect, test } from 'vitest';

type Family = readonly [name: string, type: string, help: string];

/** Families of Node and the process, which are not ours. */
const foreign = /^(?:nodejs|process)_/;

const configuration = fileURLToPath(new URL('../deploy/examples/demo.yaml', import.meta.url));

/** What a service needs to start alone; one that tells other things in another role is started in each. */
const settings: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  datastore: [{}],
  device: [{}],
  'region-syncer': [
    {},
    { SYNCLINE_REGION_SYNCER_ROLE: 'follower', SYNCLINE_REGION_SYNCER_LEADER: '127.0.0.1:1' },
  ],
  'region-feed': [{}],
  nsp: [{ SYNCLINE_NSP_CONFIGURATION: configuration }],
  ipam: [{ SYNCLINE_IPAM_TRENCH: 'demo', SYNCLINE_IPAM_NSP: '127.0.0.1:1' }],
  proxy: [{ SYNCLINE_PROXY_TRENCH: 'demo' }],
  tap: [{}],
  'load-balancer': [{}],
};

/** The families of a service in all its roles, by name. */
async function familiesOf(service: string): Promise<readonly Family[]> {
  const found = new Map<string, Family>();
  for (const env of settings[service] ?? [])
    for (const family of await familiesWith(service, env)) found.set(family[0], family);
  return [...found.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function familiesWith(
  service: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly Family[]> {
  await using started = await startService({ service, env });
  const page = await fetch(`http://127.0.0.1:${started.adminPort}/metrics`, {
    signal: AbortSignal.timeout(5_000),
  });
  const text = await page.text();
  const types = new Map(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) => [name, type]),
  );
  return Array.from(
    text.matchAll(/^# HELP (\S+) (.*)$/gm),
    ([, name = '', help = '']): Family => [name, types.get(name) ?? '', help],
  ).filter(([name]) => !foreign.test(name));
}

/** The tables of the page, by the heading that they stand below. */
function tables(): Map<string, Family[]> {
  const found = new Map<string, Family[]>();
  let table: Family[] = [];
  for (const line of readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8').split('\n')) {
    const [, heading] = /^## (.+)$/.exec(line) ?? [];
    if (heading !== undefined) found.set(heading, (table = []));
    const [, name = '', type = '', help = ''] = /^\| `(\w+)` *\| (\w+) *\| (.*?) *\|$/.exec(line) ?? [];
    if (name !== '') table.push([name, type, help.replaceAll('\\', '')]);
  }
  return found;
}

test('docs/metrics.md has what every service tells', async () => {
  const page = tables();
  const told = new Map<string, readonly Family[]>();
  for (const service of Object.keys(settings)) told.set(service, await familiesOf(service));
  const common = (told.get('device') ?? []).filter(([name]) =>
    [...told.values()].every((families) => families.some(([other]) => other === name)),
  );
  const names = new Set(common.map(([name]) => name));
  expect(page.get('every service')).toEqual(common);
  for (const [service, families] of told)
    expect([service, page.get(service) ?? []]).toEqual([
      service,
      families.filter(([name]) => !names.has(name)),
    ]);
});
