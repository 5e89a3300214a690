// The compose file as a project of its own: other ports than usual, other volumes, and nothing of it stays.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import { type Finished, run } from '../command.ts';
import type { CaseContext } from '../context.ts';
import { hasImage } from '../tools/compose.ts';

const repository = join(import.meta.dirname, '../../..');
const file = join(repository, 'deploy/compose.yaml');
const withoutJaeger = join(import.meta.dirname, 'without-jaeger.yaml');

/** The image that deploy/compose.yaml has for Jaeger. */
const jaegerImage = 'jaegertracing/all-in-one:1.62.0';

/** What deploy/compose.yaml publishes: of each name a gRPC port and an admin port. */
const published = [
  'datastore',
  'device',
  'region-leader',
  'region-follower-1',
  'region-follower-2',
  'region-feed',
  'nsp',
  'ipam',
  'proxy',
  'tap',
  'load-balancer',
] as const;

type Service = (typeof published)[number];

/** What `docker inspect` says of a container. */
export interface ContainerState {
  readonly Status: string;
  readonly ExitCode: number;
  readonly Health?: { readonly Status: string };
}

const portVariables = [
  ...published.flatMap((service) => [portVariable(service), portVariable(service, 'ADMIN_PORT')]),
  'JAEGER_PORT',
];

/** deploy/compose.yaml, brought up. */
export class ComposeProject implements AsyncDisposable {
  readonly hasJaeger: boolean;
  readonly #context: CaseContext;
  readonly #name = `syncline-interop-${process.pid}`;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(context: CaseContext, hasJaeger: boolean, ports: readonly number[]) {
    this.#context = context;
    this.hasJaeger = hasJaeger;
    this.#env = Object.fromEntries(portVariables.map((variable, i) => [variable, String(ports[i])]));
  }

  /** Where a service is reached from this machine. */
  address(service: Service): string {
    return `127.0.0.1:${this.#env[portVariable(service)]}`;
  }

  /** Builds the images and starts everything. */
  static async up(context: CaseContext): Promise<ComposeProject> {
    const ports = await Promise.all(portVariables.map(freePort));
    const project = context.own(new ComposeProject(context, await hasImage(jaegerImage), ports));
    const { code, stderr } = await project.compose('up', '--detach', '--build');
    assert.equal(code, 0, stderr);
    return project;
  }

  /** Runs compose on the project. */
  compose(...args: readonly string[]): Promise<Finished> {
    return this.#run(args, this.#context.signal);
  }

  /** The state of a service's container, undefined while there is none. */
  async state(service: string): Promise<ContainerState | undefined> {
    const id = (await this.compose('ps', '--all', '--quiet', service)).stdout.trim();
    if (id === '') return undefined;
    const format = '{{json .State}}';
    const { stdout } = await run('docker', ['inspect', '--format', format, id], {
      signal: this.#context.signal,
    });
    return JSON.parse(stdout) as ContainerState;
  }

  /** Resolves when a service's container is healthy; rejects when that takes more than a minute. */
  async healthy(service: string): Promise<void> {
    await until(() => this.state(service), {
      deadlineMs: 60_000,
      everyMs: 500,
      describe: `${service} being healthy`,
      accept: (state) => state?.Health?.Status === 'healthy',
    });
  }

  /** Resolves when a container that has one task has ended well; rejects when that takes more than a minute. */
  async ended(service: string): Promise<void> {
    await until(() => this.state(service), {
      deadlineMs: 60_000,
      everyMs: 500,
      describe: `${service} having ended with 0`,
      accept: (state) => state?.Status === 'exited' && state.ExitCode === 0,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run(['down', '--volumes', '--timeout', '20'], AbortSignal.timeout(60_000));
  }

  #run(args: readonly string[], signal: AbortSignal): Promise<Finished> {
    const compose = this.#context.tool('compose');
    const files = ['--file', file, ...(this.hasJaeger ? [] : ['--file', withoutJaeger])];
    return run(
      compose,
      [...(compose === 'docker' ? ['compose'] : []), '--project-name', this.#name, ...files, ...args],
      { signal, env: this.#env, cwd: repository },
    );
  }
}

function portVariable(service: Service, kind = 'PORT'): string {
  return `SYNCLINE_${service.toUpperCase().replaceAll('-', '_')}_${kind}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}
