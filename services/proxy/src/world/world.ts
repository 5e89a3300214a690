// For the explorer: a proxy of one conduit between a model of the IPAM and a model of the disk, with clients that ask,
// ask again and close, and watchers that read as fast as the seed says.

import { type Connection as Message, MonitorScopeSelector } from '@syncline/proto/connection.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { ClosedError } from '@syncline/runtime/mailbox-errors.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { expect } from 'vitest';
import type { Conduit } from '../conduit/conduit.ts';
import type { ConduitSettings } from '../conduit/conduit-settings.ts';
import type { Connection } from '../connection/connection.ts';
import { SupersededError, TooManyError, UnavailableError } from '../connection/errors.ts';
import { IpamError } from '../ipam/ipam.ts';
import { Proxy } from '../proxy.ts';
import { ModelIpam } from './model-ipam.ts';
import { ModelStore } from './model-store.ts';
import { asked, serviceOf, trench, withVips } from './request.fixture.ts';

export const conduit = 'c';
const logger = createLogger({ service: 'proxy', instance: 'explored', level: 'silent' });

/** How long a call of a model takes at the most; all that is timed is longer. */
export const latencyMs = 20;

/** How long a call of the IPAM may go without an answer. */
const ipamMs = 1_000;

const growing = { factor: 2, jitter: 0, resetAfterMs: 0 };
export const conduitSettings: ConduitSettings = {
  trench,
  conduit,
  node: 'node',
  networkService: serviceOf(conduit),
  hopName: 'proxy',
  families: ['ipv4'],
  subnets: 2,
  connections: 3,
  requestMs: 2_000,
  renewMs: 50_000,
  stepMs: 60_000,
  parallel: 2,
  retry: { ...growing, initialMs: 200, maxMs: 1_000 },
  release: {
    delayMs: 3_000,
    retry: { ...growing, initialMs: 500, maxMs: 2_000 },
    attempts: 1_000,
    backlog: 100,
  },
  expiryMs: undefined,
};

/** Long enough for all that is owed to be done, once nothing fails any more. */
export const quietMs = 20_000;

export class World {
  readonly ipam: ModelIpam;
  readonly store: ModelStore;
  proxy: Proxy;
  /** Requests that were refused. */
  refused = 0;
  readonly #sim: Simulation;
  readonly #settings: ConduitSettings;
  readonly #stop = new StopSignal();
  readonly #clients = new Map<string, { underWay: number; has: boolean }>();
  #life = { alive: true };

  constructor(sim: Simulation, settings: Partial<ConduitSettings> = {}) {
    this.#sim = sim;
    this.#settings = { ...conduitSettings, ...settings };
    this.ipam = new ModelIpam(sim, ipamMs, latencyMs);
    this.store = new ModelStore(sim, [conduit], latencyMs);
    this.proxy = this.#start();
    sim.invariant('nothing fails the process', () => this.#stop.failure === undefined);
    sim.invariant('no address is in force twice', () => this.#expectDistinct());
    sim.invariant('every address of a connection and of the bridge is its own', () => this.#expectOwned());
  }

  /** kill -9, and a start with what was on disk, which is what was answered last to each client that waits for nothing. */
  crash(): void {
    const { connections } = this.store.kept.get(conduit) ?? {};
    for (const [target, { underWay, has }] of this.#clients) {
      if (underWay === 0) expect(connections?.has(asked(target, conduit).id), target).toBe(has);
    }
    this.#kill();
    this.proxy = this.#start();
  }

  /** The end of the run, whatever the proxy is at. */
  end(): void {
    this.#kill();
    this.ipam.cut();
    this.store.cut();
  }

  /** The one conduit of it. */
  get conduit(): Conduit {
    return this.proxy.conduit({ trench, conduit });
  }

  /** Asks once, for a connection that is changed like this. Rejects as the proxy does. */
  ask(target: string, change?: (connection: Message) => Partial<Message>): Promise<Connection> {
    const known = this.connection(target);
    const { networkService, ...wanted } = asked(target, conduit, change, known && clientView(known));
    return this.proxy.request(networkService, wanted, this.#sim.signal);
  }

  /** Asks for a target's connection, with these VIPs once it has one; undefined when something was in its way. */
  async request(target: string, vips: readonly string[] = []): Promise<Connection | undefined> {
    const { proxy } = this;
    const known = this.connection(target);
    const change = known === undefined ? undefined : withVips(vips);
    const { networkService, ...wanted } = asked(target, conduit, change, known && clientView(known));
    const answer = await this.#done(target, true, () =>
      proxy.request(networkService, wanted, this.#sim.signal),
    );
    if (answer === undefined) this.refused += 1;
    return answer;
  }

  /** Closes a target's connection; undefined when something was in the way. */
  close(target: string): Promise<unknown> {
    const { networkService, id } = asked(target, conduit);
    return this.#done(target, false, async () => {
      await this.proxy.close(networkService, id, this.#sim.signal);
      return 'closed';
    });
  }

  /** Moves the conduit; it goes on moving when that takes too long. */
  async changeSubnet(): Promise<void> {
    try {
      await this.#lived(this.conduit.changeSubnet(this.#sim.signal));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  /** The target's connection, as watchers see it; undefined when there is none. */
  connection(target: string): Connection | undefined {
    return this.conduit.state.connections.get(asked(target, conduit).id)?.connection;
  }

  /** All connections, as an initial event has them. */
  present(): Map<string, Connection> {
    const held = [...this.conduit.state.connections.values()];
    return new Map(held.map(({ connection }) => [connection.id, connection]));
  }

  /** Watches from some moment on, reading at any pace; gives what its events have led to. */
  watch(label: string): ReadonlyMap<string, Connection> {
    const seen = new Map<string, Connection>();
    const reads = this.#sim.link(
      `${label} reads`,
      ({ read }: { event: string; read: () => void }) => read(),
      2_000,
    );
    const follow = async () => {
      for await (const event of this.proxy.monitor.watch(MonitorScopeSelector.create(), this.#sim.signal)) {
        await new Promise<void>((read) => reads.send({ event: event.kind, read }));
        if (event.kind === 'initial') {
          seen.clear();
          for (const connection of event.connections) seen.set(connection.id, connection);
        } else if (event.kind === 'update') seen.set(event.connection.id, event.connection);
        else seen.delete(event.connection.id);
      }
    };
    const ended = (error: unknown) => {
      if (!this.#sim.signal.aborted) throw error;
    };
    this.#sim.schedule(label, () => void follow().catch(ended), 10_000);
    return seen;
  }

  /** What a dead process still does has no effect, so its loops may as well end; its commits never do. */
  #kill(): void {
    this.#life.alive = false;
    void this.proxy[Symbol.asyncDispose]();
  }

  #start(): Proxy {
    const life = { alive: true };
    this.#life = life;
    const { clock, rng } = this.#sim;
    return new Proxy({
      settings: {
        conduits: [this.#settings],
        watchers: 10,
        watchBacklog: 10,
        changeBacklog: 100,
        commitMs: 60_000,
        probeMs: 1_000,
      },
      boot: this.store.kept,
      store: this.store.port(() => life.alive),
      ipam: this.ipam.port(() => life.alive),
      clock,
      awake: clock,
      rng,
      logger,
      liveness: new Liveness(clock),
      stop: this.#stop,
    });
  }

  /** What the call comes to, unless the process dies first: then its caller sees the connection break. */
  async #lived<Answer>(call: Promise<Answer>): Promise<Answer> {
    const life = this.#life;
    const { promise, reject } = Promise.withResolvers<never>();
    const look = this.#sim.clock.setTimer(3 * this.#settings.requestMs, () =>
      reject(life.alive ? new Error('a call took too long') : new UnavailableError('the process has died')),
    );
    try {
      return await Promise.race([call, promise]);
    } finally {
      look.clear();
    }
  }

  /** What the call answers, after which the target has a connection or not; undefined when it is refused. */
  async #done<Answer>(
    target: string,
    has: boolean,
    call: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const client = this.#clients.get(target) ?? { underWay: 0, has: false };
    this.#clients.set(target, client);
    client.underWay += 1;
    try {
      const answer = await this.#lived(call());
      client.has = has;
      return answer;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    } finally {
      client.underWay -= 1;
    }
  }

  /** Whatever the IPAM says, the proxy has no address twice. */
  #expectDistinct(): void {
    const { bridge, state } = this.conduit;
    const addresses = [
      ...(bridge.present?.addresses ?? []),
      ...[...state.connections.values()].flatMap(({ assigned: { src, dst } }) => [...src, ...dst]),
    ];
    expect(new Set(addresses).size, addresses.join()).toBe(addresses.length);
  }

  #expectOwned(): void {
    if (this.ipam.hasForgotten) return;
    const held = new Set(this.ipam.held());
    for (const address of this.conduit.bridge.present?.addresses ?? []) {
      expect(held).toContain(`${address} bridge`);
    }
    for (const { id, assigned } of this.conduit.state.connections.values()) {
      for (const address of assigned.src) expect(held).toContain(`${address} ${id}-src`);
      for (const address of assigned.dst) expect(held).toContain(`${address} ${id}-dst`);
    }
  }
}

/** A connection as its client was answered. */
function clientView(connection: Connection) {
  const { path } = connection;
  return { ...connection, id: path.pathSegments[0]?.id ?? '', path: { ...path, index: 0 } };
}

const refusals = [ClosedError, UnavailableError, SupersededError, TooManyError, IpamError];

function isRefusal(error: unknown): boolean {
  return refusals.some((type) => error instanceof type);
}
