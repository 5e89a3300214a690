// A trench over TLS: its processes prove to each other who they are, and say so when one of them cannot.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { HealthDefinition } from '@syncline/proto/health.ts';
import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import { TapAdminServiceDefinition } from '@syncline/proto/tap-admin.ts';
import { type ClientSecurity, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { type Certificates, certificatesIn } from './certificates.ts';
import { quickSettings } from './settings.ts';
import { web } from './streams.ts';
import { trenchConfiguration } from './trench-configuration.ts';
import { WatchHistory } from './watch-history.ts';

class SecureTrench implements AsyncDisposable {
  readonly certificates: Certificates;
  readonly #configuration: string;
  readonly #stack: AsyncDisposableStack;

  static async create(): Promise<SecureTrench> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempDir('tls'));
    const configuration = join(path, 'trench.yaml');
    await writeFile(configuration, trenchConfiguration('demo', [web]));
    return new SecureTrench(await certificatesIn(path), configuration, stack.move());
  }

  private constructor(certificates: Certificates, configuration: string, stack: AsyncDisposableStack) {
    this.certificates = certificates;
    this.#configuration = configuration;
    this.#stack = stack;
  }

  nsp(): Promise<Service> {
    return this.#start('nsp', { configuration: this.#configuration });
  }

  ipam(nsp: Service, trust: Settings = this.certificates.neighbour): Promise<Service> {
    return this.#start('ipam', { nsp: nsp.address, ...trust });
  }

  proxy(ipam: Service, trust: Settings = this.certificates.neighbour): Promise<Service> {
    return this.#start('proxy', { trench: 'demo', conduits: 'edge', ipam: ipam.address, ...trust });
  }

  loadBalancer(nsp: Service, trust: Settings = this.certificates.neighbour): Promise<Service> {
    return this.#start('load-balancer', { nsp: nsp.address, ...trust });
  }

  tap(nsp: Service, proxy: Service, trust: Settings = this.certificates.neighbour): Promise<Service> {
    return this.#start('tap', { name: 'target-1', nsp: nsp.address, proxy: proxy.address, ...trust });
  }

  /** A connection of an application, which has a certificate. */
  lineTo(service: Service) {
    return this.#stack.use(connect(service.address, { security: this.certificates.client }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #start(service: string, settings: Settings): Promise<Service> {
    const all = quickSettings(service, { ...this.certificates.server, ...settings });
    return this.#stack.use(await startService({ service, settings: all }));
  }
}

test('tap, nsp, ipam, proxy and load balancer speak TLS alone, each with a certificate: a stream opens, and strangers are refused', async () => {
  await using trench = await SecureTrench.create();
  const nsp = await trench.nsp();
  const ipam = await trench.ipam(nsp);
  const proxy = await trench.proxy(ipam);
  const loadBalancer = await trench.loadBalancer(nsp);
  const tap = await trench.tap(nsp, proxy);

  const line = trench.lineTo(tap);
  await using history = new WatchHistory(line);
  await line.client(TapDefinition).open(streamMessage(web));
  const deadlineMs = 10_000;
  await until(() => history.now['web'], {
    deadlineMs,
    describe: 'the stream OPEN',
    accept: (status) => status === 'OPEN',
  });
  const balancer = trench.lineTo(loadBalancer).client(LoadBalancerServiceDefinition);
  await until(async () => (await balancer.stats({})).stats?.streams[0]?.targets.length, {
    deadlineMs,
    describe: 'its target at the load balancer',
    accept: (targets) => targets === 1,
  });
  for (const service of [nsp, ipam, proxy, loadBalancer, tap]) {
    expect(await isServed(service, trench.certificates.client)).toBe(true);
    expect(await isServed(service, trench.certificates.stranger)).toBe(false);
    expect(await isServed(service, { kind: 'plaintext' })).toBe(false);
  }
});

test('a neighbour with a certificate of an authority that is not trusted: not ready, and the reason says so', async () => {
  await using trench = await SecureTrench.create();
  const { deceived } = trench.certificates;
  const nsp = await trench.nsp();
  const ipam = await trench.ipam(nsp);
  await isNotReady(await trench.ipam(nsp, deceived), /^the NSP has not told any conduits: .*certificate/);
  await isNotReady(
    await trench.loadBalancer(nsp, deceived),
    /^the NSP at .* has not told all: .*certificate/,
  );
  const proxy = await trench.proxy(ipam, deceived);
  await isNotReady(proxy, /^no bridge address: conduit "edge": .*certificate/);

  const line = trench.lineTo(await trench.tap(nsp, proxy, deceived));
  await line.client(TapDefinition).open(streamMessage(web));
  const admin = line.client(TapAdminServiceDefinition);
  await until(async () => (await admin.dump({})).dump?.streams[0]?.reason, {
    deadlineMs: 10_000,
    describe: 'the stream not open for the certificate',
    accept: (reason) => /certificate/.test(reason ?? ''),
  });
});

test.each([
  ['nsp', { tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem', configuration: 'demo.yaml' }],
  ['ipam', { tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' }],
  ['ipam', { nsp: '127.0.0.1:1', neighbourCa: '/nowhere/ca.pem' }],
  ['proxy', { neighbourCa: '/nowhere/ca.pem' }],
  ['load-balancer', { neighbourCa: '/nowhere/ca.pem' }],
] as const)('%s with %j does not start, and names the file', async (service, settings) => {
  await expect(startService({ service, settings })).rejects.toThrow(/\/nowhere\/c\w+\.pem: ENOENT/);
});

async function isServed(service: Service, security: ClientSecurity): Promise<boolean> {
  using line = connect(service.address, { security });
  const answer = line.client(HealthDefinition).check({ service: '' }, { deadlineMs: 3_000 });
  return await answer.then(
    () => true,
    () => false,
  );
}

async function isNotReady(service: Service, reason: RegExp): Promise<void> {
  await until(() => service.readiness(), {
    deadlineMs: 10_000,
    describe: `${service.address} not ready: ${reason}`,
    accept: (answer) => reason.test(answer.reason ?? ''),
  });
}
