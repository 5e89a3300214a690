// grpc.health.v1: one status per service, by full name; the empty name is the server as a whole.
// Stopping is final: nothing can turn a stopping server back to SERVING.

import {
  type HealthCheckResponse,
  HealthDefinition,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@syncline/proto/health.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { type Binding, implement } from '../binding.ts';

const wholeServer = '';

export class Health {
  readonly #statuses = new Map<string, ServingStatus>();
  #changed = Promise.withResolvers<void>();
  #stopped = false;

  /** Every service starts NOT_SERVING; the server as a whole serves when all of them do. */
  constructor(services: readonly string[]) {
    for (const service of services) this.#statuses.set(service, ServingStatus.NOT_SERVING);
  }

  /** Throws RangeError for a service this server does not have. */
  set(service: string, serving: boolean): void {
    if (!this.#statuses.has(service)) {
      throw new RangeError(`no service ${service}; this server has ${[...this.#statuses.keys()].join(', ')}`);
    }
    if (this.#stopped) return;
    this.#statuses.set(service, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    this.#announce();
  }

  stop(): void {
    this.#stopped = true;
    for (const service of this.#statuses.keys()) this.#statuses.set(service, ServingStatus.NOT_SERVING);
    this.#announce();
  }

  get binding(): Binding {
    return implement(HealthDefinition, {
      // oxlint-disable-next-line typescript/require-await -- the handler's shape asks for a promise
      check: async ({ service }) => {
        const status = this.#status(service);
        if (status === undefined) throw new ServerError(Status.NOT_FOUND, `unknown service "${service}"`);
        return { status };
      },
      // oxlint-disable-next-line typescript/require-await -- the handler's shape asks for a promise
      list: async () => ({
        statuses: Object.fromEntries(
          [[wholeServer, this.#whole()] as const, ...this.#statuses].map(([name, status]) => [
            name,
            { status },
          ]),
        ),
      }),
      watch: ({ service }, { signal }) => this.#watch(service, signal),
    });
  }

  #status(service: string): ServingStatus | undefined {
    return service === wholeServer ? this.#whole() : this.#statuses.get(service);
  }

  #whole(): ServingStatus {
    return [...this.#statuses.values()].every((status) => status === ServingStatus.SERVING)
      ? ServingStatus.SERVING
      : ServingStatus.NOT_SERVING;
  }

  async *#watch(service: string, signal: AbortSignal): AsyncGenerator<HealthCheckResponse> {
    let last: ServingStatus | undefined;
    for (;;) {
      const changed = this.#changed.promise;
      const status = this.#status(service) ?? ServingStatus.SERVICE_UNKNOWN;
      if (status !== last) yield { status };
      last = status;
      await either(changed, signal);
    }
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

// Waits for a change, or throws the signal's reason.
function either(changed: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  void changed.then(() => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  });
  return promise;
}
