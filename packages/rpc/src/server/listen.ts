// Binding ports, and saying clearly why a port cannot be had.

import type { Server, ServerCredentials } from '@grpc/grpc-js';

/** A port that another process has. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  /** `host:port`, or the path of a unix socket. */
  readonly address: string;
  /** The setting that moves it, e.g. `SYNCLINE_DATASTORE_PORT`. */
  readonly setting: string;

  constructor(address: string, setting: string, options?: ErrorOptions) {
    super(
      `${address} is taken by another process; set ${setting} to another port (0 picks a free one)`,
      options,
    );
    this.address = address;
    this.setting = setting;
  }
}

/** `host:port` as addresses are written: IPv6 hosts in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Binds a gRPC address and resolves to its port. Rejects with PortTakenError, or what else went wrong. */
export function bind(
  server: Server,
  address: string,
  credentials: ServerCredentials,
  setting: string,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, credentials, (error, port) => {
    if (error === null) resolve(port);
    else if (error.message.includes('EADDRINUSE'))
      reject(new PortTakenError(address, setting, { cause: error }));
    else reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
  });
  return promise;
}
