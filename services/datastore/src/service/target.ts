// The device of a datastore, and of a sync that has a way of its own: data.Target → how to reach it.

import { isIPv6 } from 'node:net';
import type { Credentials, GnmiOptions, Target, TLS } from '@syncline/proto/data.ts';
import type { ClientIdentity, ClientSecurity } from '@syncline/rpc/connect.ts';
import { invalidField, invalidValue } from '@syncline/rpc/invalid-field.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { Endpoint } from '../session/line.ts';
import { type ReadableEncoding, readableEncodings } from '../session/plan.ts';

/** How a device is reached and what it is asked for. */
export interface Way {
  readonly host: string;
  readonly port: number;
  readonly security: ClientSecurity;
  readonly identity: ClientIdentity;
  readonly encoding: ReadableEncoding | undefined;
  /** prefix.target; '' for none. */
  readonly targetName: string;
}

/** The datastore's own target. Throws INVALID_ARGUMENT, or UNIMPLEMENTED for a type that is not served yet. */
export function readTarget(field: string, target: Target | undefined): Way {
  if (target === undefined) throw invalidField(field, 'it is required');
  checkType(`${field}.type`, target.type);
  const { host, port } = readAddress(field, target);
  return {
    host,
    port,
    security: readTls(`${field}.tls`, target.tls),
    identity: readCredentials(`${field}.credentials`, target.credentials),
    ...readOptions(field, optionsOf(target)),
  };
}

/** A sync's target: what it leaves out is as in the datastore's. */
export function readOverride(field: string, target: Target | undefined, way: Way): Way {
  if (target === undefined) return way;
  if (target.type !== '') checkType(`${field}.type`, target.type);
  const options = optionsOf(target);
  return {
    ...way,
    ...((target.address !== '' || target.port !== 0) &&
      readAddress(field, {
        address: target.address || way.host,
        port: target.port || (target.address === '' ? way.port : 0),
      })),
    ...(target.tls !== undefined && { security: readTls(`${field}.tls`, target.tls) }),
    ...(target.credentials !== undefined && {
      identity: readCredentials(`${field}.credentials`, target.credentials),
    }),
    ...(options !== undefined && readOptions(field, options)),
  };
}

/** `host:port`, an IPv6 host in brackets. */
export function endpointOf({ host, port, security, identity }: Way): Endpoint {
  return { address: `${isIPv6(host) ? `[${host}]` : host}:${port}`, security, identity };
}

function optionsOf({ protocolOptions }: Target): GnmiOptions | undefined {
  return protocolOptions?.$case === 'gnmiOpts' ? protocolOptions.value : undefined;
}

function checkType(field: string, type: string): void {
  if (type === 'gnmi') return;
  if (type === 'noop')
    throw new ServerError(Status.UNIMPLEMENTED, `${field} "noop" is not served; "gnmi" is`);
  throw invalidValue(field, type, 'the type of target that is served is "gnmi"');
}

function readAddress(
  field: string,
  { address, port }: Pick<Target, 'address' | 'port'>,
): Pick<Way, 'host' | 'port'> {
  if (address === '') throw invalidField(`${field}.address`, 'it is required');
  // Many clients write host:port into the address.
  const [, host = address, digits] = port === 0 ? (/^(\[.+\]|[^:]+):(\d{1,5})$/.exec(address) ?? []) : [];
  const bare = host.replace(/^\[(.+)\]$/, '$1');
  if (!isIPv6(bare) && !/^[A-Za-z0-9._-]+$/.test(bare)) {
    throw invalidValue(
      `${field}.address`,
      address,
      'expected a host name or an IP address, the port in `port`',
    );
  }
  const number = digits === undefined ? port : Number(digits);
  if (!(number >= 1 && number <= 65535)) throw invalidValue(`${field}.port`, number, 'expected 1 to 65535');
  return { host: bare, port: number };
}

function readTls(field: string, tls: TLS | undefined): ClientSecurity {
  if (tls === undefined) return { kind: 'plaintext' };
  const { ca, cert, key, skipVerify } = tls;
  if ((cert === '') !== (key === '')) {
    throw invalidField(cert === '' ? `${field}.cert` : `${field}.key`, 'cert and key are given together');
  }
  return {
    kind: 'tls',
    ...(ca !== '' && { caFile: ca }),
    ...(cert !== '' && { certFile: cert, keyFile: key }),
    skipVerify,
  };
}

function readCredentials(field: string, credentials: Credentials | undefined): ClientIdentity {
  if (credentials === undefined) return { kind: 'none' };
  for (const name of ['username', 'password', 'token'] as const) {
    if (!/^[\x20-\x7e]*$/.test(credentials[name])) {
      throw invalidField(`${field}.${name}`, 'it holds a character that gRPC metadata cannot carry');
    }
  }
  const { username, password, token } = credentials;
  if (token !== '') return { kind: 'bearer', token };
  if (username === '' && password === '') return { kind: 'none' };
  return { kind: 'password', username, password };
}

function readOptions(field: string, options: GnmiOptions | undefined): Pick<Way, 'encoding' | 'targetName'> {
  if (options === undefined || options.encoding === '') {
    return { encoding: undefined, targetName: options?.targetName ?? '' };
  }
  const encoding = readableEncodings.find((each) => each === options.encoding.toUpperCase());
  if (encoding === undefined) {
    const expected = `expected one of ${readableEncodings.join(', ')}, or nothing for the best that the device offers`;
    throw invalidValue(`${field}.gnmi_opts.encoding`, options.encoding, expected);
  }
  return { encoding, targetName: options.targetName };
}
