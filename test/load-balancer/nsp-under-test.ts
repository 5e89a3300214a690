// A real NSP on a configuration file that the test writes, and its registry.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  TargetRegistryDefinition,
  Target_Status as TargetStatus,
  Target_Type as TargetType,
} from '@syncline/proto/nsp-targetregistry.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';

/** A stream of the conduit `edge`, unless it says otherwise, and one flow to it. */
export interface StreamSetting {
  readonly name: string;
  readonly conduit?: string;
  readonly maxTargets?: number;
  /** None leaves the stream without a flow. */
  readonly flows?: readonly FlowSetting[];
}

export interface FlowSetting {
  readonly name: string;
  readonly priority?: number;
  readonly vips?: readonly string[];
  readonly ports?: readonly string[];
  readonly protocols?: readonly string[];
  readonly sources?: readonly string[];
  readonly byteMatches?: readonly string[];
}

/** The stream that most tests use: TCP to 20.0.0.1, port 80. */
export const web: StreamSetting = {
  name: 'web',
  maxTargets: 100,
  flows: [{ name: 'http', vips: ['20.0.0.1/32'], ports: ['80'], protocols: ['tcp'] }],
};

export class NspUnderTest extends ServiceUnderTest {
  readonly #dir: TempDir;

  private constructor(service: Service, settings: Settings, dir: TempDir) {
    super(service, settings);
    this.#dir = dir;
  }

  static async start(streams: readonly StreamSetting[] = [web]): Promise<NspUnderTest> {
    const dir = await tempDir('nsp-configuration');
    await write(dir, streams);
    const settings = { configuration: file(dir), settle: '10ms', poll: '50ms' };
    return new NspUnderTest(await startService({ service: 'nsp', settings }), settings, dir);
  }

  /** Replaces the configuration. */
  configure(streams: readonly StreamSetting[]): Promise<void> {
    return write(this.#dir, streams);
  }

  /** Enables targets of a stream: the first call stores them as disabled. */
  async enable(identifiers: readonly number[], stream = 'web', ipOf = defaultIp): Promise<void> {
    const registry = this.connection.client(TargetRegistryDefinition);
    const targets = identifiers.map((id) => target(ipOf(id), String(id), stream));
    for (const status of [TargetStatus.DISABLED, TargetStatus.ENABLED]) {
      await Promise.all(targets.map((each) => registry.register({ ...each, status })));
    }
  }

  async remove(identifiers: readonly number[], stream = 'web', ipOf = defaultIp): Promise<void> {
    const registry = this.connection.client(TargetRegistryDefinition);
    await Promise.all(identifiers.map((id) => registry.unregister(target(ipOf(id), String(id), stream))));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }
}

const defaultIp = (identifier: number) => `172.16.${identifier >> 8}.${identifier & 255}/16`;

function target(ip: string, identifier: string, stream: string) {
  return {
    ips: [ip],
    context: { identifier },
    type: TargetType.DEFAULT,
    stream: streamMessage({ trench: 'demo', conduit: 'edge', stream }),
  };
}

const file = (dir: TempDir) => join(dir.path, 'demo.yaml');

/** In one step, as an editor or a mounted ConfigMap does it. JSON is YAML. */
async function write(dir: TempDir, streams: readonly StreamSetting[]): Promise<void> {
  await writeFile(`${file(dir)}.new`, JSON.stringify(document(streams)));
  await rename(`${file(dir)}.new`, file(dir));
}

function document(streams: readonly StreamSetting[]): object {
  const conduits = new Set(['edge', 'core', ...streams.map(({ conduit = 'edge' }) => conduit)]);
  const flows = streams.flatMap(({ name, flows: own = [] }) =>
    own.map((each) => ({ ...each, stream: name })),
  );
  const vips = new Set(flows.flatMap((each) => each.vips ?? []));
  const vipName = (address: string) => `vip-${address.replaceAll(/[^0-9a-f]/g, '-')}`;
  return {
    trench: { name: 'demo' },
    conduits: { items: [...conduits].map((name) => ({ name, trench: 'demo' })) },
    streams: {
      items: streams.map(({ name, conduit = 'edge', maxTargets = 100 }) => ({
        name,
        conduit,
        'max-targets': maxTargets,
      })),
    },
    flows: {
      items: flows.map((flow) => ({
        name: flow.name,
        stream: flow.stream,
        priority: flow.priority ?? 1,
        vips: (flow.vips ?? []).map(vipName),
        protocols: flow.protocols ?? ['tcp'],
        'source-subnets': flow.sources ?? ['0.0.0.0/0'],
        'source-port-ranges': ['any'],
        'destination-port-ranges': flow.ports ?? ['any'],
        'byte-matches': flow.byteMatches ?? [],
      })),
    },
    vips: { items: [...vips].map((address) => ({ name: vipName(address), address, trench: 'demo' })) },
  };
}
