// A network interface of this machine, as openconfig-interfaces, -if-ethernet and -if-ip place it.

import { pathElem } from '@syncline/gnmi/path.ts';
import { type Reading, type ReadingValue, readingsBelow } from './reading.ts';

/** Counters since the interface came up; names are those of `interfaces/interface/state/counters`. */
export type Counters = Readonly<Record<string, bigint>>;

/** An address that is assigned to an interface. */
export interface Address {
  readonly family: 'ipv4' | 'ipv6';
  readonly ip: string;
  /** Bits of the network part; undefined where the system does not say. */
  readonly prefixLength: number | undefined;
}

/** What is known of one interface; undefined is unknown on this system, and its leaf is absent. */
export interface HostInterface {
  readonly name: string;
  readonly index: bigint | undefined;
  readonly mtu: bigint | undefined;
  readonly mac: string | undefined;
  readonly adminStatus: string | undefined;
  readonly operStatus: string;
  /** An identity of iana-if-type. */
  readonly type: string | undefined;
  readonly addresses: readonly Address[];
  readonly counters: Counters;
}

/** The model's mtu is a uint16; Linux' loopback has one more. */
const maxMtu = 65_535n;

/** The leaves of one interface. */
export function interfaceReadings(host: HostInterface): Reading[] {
  const root = [pathElem('interfaces'), pathElem('interface', [['name', host.name]])];
  const state = [...root, pathElem('state')];
  const subinterface = [...root, pathElem('subinterfaces'), pathElem('subinterface', [['index', '0']])];
  return [
    ...readingsBelow(state, {
      name: host.name,
      ifindex: host.index,
      mtu: host.mtu !== undefined && host.mtu <= maxMtu ? host.mtu : undefined,
      type: host.type,
      'admin-status': host.adminStatus,
      'oper-status': host.operStatus,
    }),
    ...readingsBelow([...state, pathElem('counters')], host.counters),
    ...readingsBelow([...root, pathElem('ethernet'), pathElem('state')], { 'mac-address': host.mac }),
    ...host.addresses.flatMap(({ family, ip, prefixLength }) => {
      const address = [pathElem(family), pathElem('addresses'), pathElem('address', [['ip', ip]])];
      return readingsBelow([...subinterface, ...address, pathElem('state')], {
        ip,
        'prefix-length': prefixLength === undefined ? undefined : BigInt(prefixLength),
      } satisfies Record<string, ReadingValue | undefined>);
    }),
  ];
}
