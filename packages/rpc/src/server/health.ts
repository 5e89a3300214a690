// grpc.health.v1: one status per service, by full name; the empty name is the server as a whole.
// Stopping is final: nothing turns a stopping server back to SERVING.

import {
  type HealthCheckResponse,
  HealthDefinition,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@syncline/proto/health.ts';
import { Latest } from '@syncline/runtime/latest.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { type Binding, implement } from '../binding.ts';

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus;
const wholeServer = '';

type Statuses = ReadonlyMap<string, ServingStatus>;

export class Health {
  readonly #statuses: Latest<Statuses>;
  #stopped = false;

  /** Every service starts NOT_SERVING; the server as a whole serves when all of them do. */
  constructor(services: readonly string[]) {
    this.#statuses = new Latest(all(services, NOT_SERVING));
  }

  /** Throws RangeError for a service this server does not have. Does nothing once the server is stopping. */
  set(service: string, serving: boolean): void {
    const { value } = this.#statuses;
    if (!value.has(service)) {
      throw new RangeError(`no service ${service}; this server has ${[...value.keys()].join(', ')}`);
    }
    if (!this.#stopped) this.#statuses.set(new Map([...value, [service, serving ? SERVING : NOT_SERVING]]));
  }

  /** Turns every service to NOT_SERVING for good. */
  stop(): void {
    this.#stopped = true;
    this.#statuses.set(all(this.#statuses.value.keys(), NOT_SERVING));
  }

  get binding(): Binding {
    return implement(HealthDefinition, {
      check: ({ service }) => {
        const status = statusOf(this.#statuses.value, service);
        if (status === undefined) throw new ServerError(Status.NOT_FOUND, `unknown service "${service}"`);
        return Promise.resolve({ status });
      },
      list: () => {
        const { value } = this.#statuses;
        const entries = [[wholeServer, whole(value)] as const, ...value];
        return Promise.resolve({
          statuses: Object.fromEntries(entries.map(([service, status]) => [service, { status }])),
        });
      },
      watch: ({ service }, { signal }) => this.#watch(service, signal),
    });
  }

  async *#watch(service: string, signal: AbortSignal): AsyncGenerator<HealthCheckResponse> {
    let last: ServingStatus | undefined;
    for await (const statuses of this.#statuses.values(signal)) {
      const status = statusOf(statuses, service) ?? SERVICE_UNKNOWN;
      if (status !== last) yield { status };
      last = status;
    }
  }
}

function all(services: Iterable<string>, status: ServingStatus): Statuses {
  return new Map(Array.from(services, (service) => [service, status]));
}

function statusOf(statuses: Statuses, service: string): ServingStatus | undefined {
  return service === wholeServer ? whole(statuses) : statuses.get(service);
}

function whole(statuses: Statuses): ServingStatus {
  return [...statuses.values()].every((status) => status === SERVING) ? SERVING : NOT_SERVING;
}
