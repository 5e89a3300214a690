// A service process that a test drives, and its connection to it. The process may be killed, and started again where it
// was; the connection is always to the one that runs.

import { type Connection, type ConnectOptions, connect } from '@syncline/rpc/connect.ts';
import type { Readiness, Service } from './service.ts';
import type { Settings } from './service-process.ts';

/** The base of those that know a service's clients. */
export class ServiceUnderTest implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #options: Partial<ConnectOptions>;
  #service: Service;
  #connection: Connection;

  /** Takes over a service that was started with these settings; connections to it are plaintext unless told otherwise. */
  constructor(service: Service, settings: Settings, options: Partial<ConnectOptions> = {}) {
    this.#settings = settings;
    this.#options = options;
    this.#service = service;
    this.#connection = this.line();
  }

  /** The process that runs now. */
  get service(): Service {
    return this.#service;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** A connection of its own, for a client that is not to share a line. */
  line(): Connection {
    return connect(this.#service.address, { security: { kind: 'plaintext' }, ...this.#options });
  }

  /** What /readyz says. */
  readiness(): Promise<Readiness> {
    return this.#service.readiness();
  }

  /** kill -9, and that it is gone. Rejects with a ServiceError when something else had ended it before. */
  kill(): Promise<void> {
    return this.#service.crash();
  }

  /** Starts it again on its data and its ports, with other settings on top of its own; one that runs is stopped first. */
  async restart(changes: Settings = {}): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service = await this.#service.restart({ settings: { ...this.#settings, ...changes } });
    this.#connection = this.line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.#service[Symbol.asyncDispose]();
  }
}
