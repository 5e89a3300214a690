// The `gateways` of the file.

import { parseAddress } from '@syncline/trench/address.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Mapping } from './mapping.ts';
import type { Gateway } from './model.ts';

export type GatewayFields = Omit<Gateway, 'name' | 'trench'> & { readonly trench: string };

const bgpKeys = ['remote-asn', 'local-asn', 'remote-port', 'local-port', 'hold-time', 'bgp-auth'];
const bfdKeys = ['min-tx', 'min-rx', 'multiplier'];
const keys = ['address', 'ip-family', 'protocol', 'bfd', 'trench', ...bgpKeys, ...bfdKeys];

const anyAsn = { min: 1, max: 2 ** 32 - 1 };
const anyPort = { min: 1, max: 65_535 };
const anyCount = { min: 1, max: 2 ** 32 - 1 };
const bgpPort = 179;
// RFC 4271 4.2: either 0 or at least 3 s.
const leastHoldTime = 3;

/** Reads and checks them. */
export function readGateways(part: Part): readonly Entry<GatewayFields>[] {
  return readEntries(part, 'gateways', keys, 'free', (at) => {
    const protocol = at.has('protocol') ? at.text('protocol') : 'bgp';
    if (protocol !== 'bgp' && protocol !== 'static')
      at.wrong('protocol', protocol, 'must be one of bgp, static');
    const bfd = at.flag('bfd');
    return {
      address: readAddress(at),
      ipFamily: readFamily(at),
      protocol: protocol === 'static' ? 'static' : 'bgp',
      ...(protocol === 'static' ? readStatic(at) : readBgp(at)),
      bfd,
      bfdSpec: bfd ? readBfd(at) : undefined,
      trench: at.text('trench'),
    };
  });
}

function readAddress(at: Mapping): string {
  const address = at.text('address');
  try {
    parseAddress(address);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    at.wrong('address', at.has('address') ? address : undefined, error.reason);
  }
  return address;
}

/** As it is written, of any case; '' when absent. */
function readFamily(at: Mapping): string {
  const family = at.text('ip-family');
  if (family !== '' && !/^ipv[46]$/i.test(family)) at.wrong('ip-family', family, 'must be one of ipv4, ipv6');
  return family;
}

function readBgp(at: Mapping) {
  for (const key of ['remote-asn', 'local-asn']) {
    if (!at.has(key)) at.wrong(key, undefined, 'is missing; the protocol bgp needs it');
  }
  const auth = at.mapping('bgp-auth', ['key', 'source']);
  for (const key of ['key', 'source']) if (auth?.has(key) === false) auth.wrong(key, undefined, 'is missing');
  return {
    remoteASN: at.whole('remote-asn', anyAsn) ?? 0,
    localASN: at.whole('local-asn', anyAsn) ?? 0,
    remotePort: at.whole('remote-port', anyPort) ?? bgpPort,
    localPort: at.whole('local-port', anyPort) ?? bgpPort,
    holdTime: at.whole('hold-time', { min: leastHoldTime, max: 65_535 }) ?? 0,
    bgpAuth: auth && { keyName: auth.text('key'), keySource: auth.text('source') },
  };
}

function readStatic(at: Mapping) {
  for (const key of bgpKeys)
    if (at.has(key)) at.wrong(key, undefined, 'must be absent when the protocol is static');
  return { remoteASN: 0, localASN: 0, remotePort: 0, localPort: 0, holdTime: 0, bgpAuth: undefined };
}

function readBfd(at: Mapping) {
  for (const key of bfdKeys) if (!at.has(key)) at.wrong(key, undefined, 'is missing; bfd needs it');
  return {
    MinTx: at.whole('min-tx', anyCount) ?? 0,
    MinRx: at.whole('min-rx', anyCount) ?? 0,
    Multiplier: at.whole('multiplier', anyCount) ?? 0,
  };
}
