// Our code for the messages that Meridio and Network Service Mesh publish, by their full names.

import * as ambassador from '@syncline/proto/ambassador.ts';
import * as connection from '@syncline/proto/connection.ts';
import * as connectionContext from '@syncline/proto/connectioncontext.ts';
import * as ipam from '@syncline/proto/ipam-v1.ts';
import * as loadBalancer from '@syncline/proto/loadbalancer-v1.ts';
import * as networkService from '@syncline/proto/networkservice.ts';
import * as nspModel from '@syncline/proto/nsp-model.ts';
import * as nspTargetRegistry from '@syncline/proto/nsp-targetregistry.ts';

/** What a generated module exports for each of its messages. */
export interface Codec {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

const modules: readonly (readonly [pkg: string, module: object])[] = [
  ['ambassador.v1', ambassador],
  ['nsp.v1', nspModel],
  ['nsp.v1', nspTargetRegistry],
  ['ipam.v1', ipam],
  ['loadbalancer.v1', loadBalancer],
  ['networkservice', networkService],
  ['connection', connection],
  ['connectioncontext', connectionContext],
];

const codecs = new Map<string, Codec>(
  modules.flatMap(([pkg, module]) =>
    Object.entries(module)
      .filter((entry): entry is [string, Codec] => isCodec(entry[1]))
      .filter(([name]) => !name.endsWith('Entry'))
      .map(([name, codec]) => [`${pkg}.${name.replaceAll('_', '.')}`, codec] as const),
  ),
);

/** Full names of all messages of these packages. */
export const messageNames: readonly string[] = [...codecs.keys()].sort();

/** Throws when we have no such message. */
export function codecOf(message: string): Codec {
  const codec = codecs.get(message);
  if (codec === undefined) throw new Error(`no message ${message} is generated`);
  return codec;
}

function isCodec(exported: unknown): exported is Codec {
  return typeof exported === 'object' && exported !== null && 'decode' in exported && 'encode' in exported;
}
