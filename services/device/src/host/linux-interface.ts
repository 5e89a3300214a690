// What Linux tells about an interface in /sys/class/net/<name>. Other systems have no such directory, and
// single files cannot be read on some drivers: both mean "unknown" and never an error.

import { readdir, readFile } from 'node:fs/promises';

const root = '/sys/class/net';
const flagUp = 0x1;

const operStatuses: Readonly<Record<string, string>> = {
  up: 'UP',
  down: 'DOWN',
  testing: 'TESTING',
  dormant: 'DORMANT',
  notpresent: 'NOT_PRESENT',
  lowerlayerdown: 'LOWER_LAYER_DOWN',
};

// Hardware types of <linux/if_arp.h> that have an identity in iana-if-type.
const interfaceTypes: Readonly<Record<string, string>> = {
  '1': 'iana-if-type:ethernetCsmacd',
  '768': 'iana-if-type:tunnel',
  '772': 'iana-if-type:softwareLoopback',
};

/** An interface's attributes in OpenConfig's words. */
export interface LinuxInterface {
  readonly index: bigint | undefined;
  readonly mtu: bigint | undefined;
  readonly mac: string | undefined;
  readonly adminStatus: string | undefined;
  readonly operStatus: string;
  readonly type: string | undefined;
}

/** The names of all interfaces, with and without addresses; none where the system is not Linux. */
export async function linuxInterfaceNames(): Promise<string[]> {
  try {
    return await readdir(root);
  } catch {
    return [];
  }
}

/** The attributes of one interface. */
export async function readLinuxInterface(name: string): Promise<LinuxInterface> {
  const [index, mtu, mac, flags, operState, type] = await Promise.all(
    ['ifindex', 'mtu', 'address', 'flags', 'operstate', 'type'].map((file) => attribute(name, file)),
  );
  return {
    index: index === undefined ? undefined : BigInt(index),
    mtu: mtu === undefined ? undefined : BigInt(mtu),
    mac: mac === '' ? undefined : mac,
    adminStatus: flags === undefined ? undefined : Number(flags) & flagUp ? 'UP' : 'DOWN',
    operStatus: operStatuses[operState ?? ''] ?? 'UNKNOWN',
    type: interfaceTypes[type ?? ''],
  };
}

async function attribute(name: string, file: string): Promise<string | undefined> {
  try {
    return (await readFile(`${root}/${name}/${file}`, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
