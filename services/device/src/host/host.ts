// Reads this machine, without privileges, on any system Node runs on: Linux tells most, elsewhere what node:os
// knows has to do and the other leaves are absent.

import { readFile } from 'node:fs/promises';
import * as os from 'node:os';
import { CpuLoad } from './cpu.ts';
import { type Address, type Counters, type HostInterface, interfaceReadings } from './interface.ts';
import { linuxInterfaceNames, readLinuxInterface } from './linux-interface.ts';
import { parseNetDev } from './net-dev.ts';
import type { Reading } from './reading.ts';
import { systemReadings } from './system.ts';

/** Reads this machine again and again; some leaves are differences between two readings. */
export class Host {
  readonly #cpu = new CpuLoad();
  readonly #bootTime: bigint;

  /** `now` is wall-clock nanoseconds: the boot time is worked out once, lest the jitter of two clocks change it. */
  constructor(now: bigint) {
    this.#bootTime = (now / 1_000_000_000n - BigInt(Math.round(os.uptime()))) * 1_000_000_000n;
  }

  /** Every leaf of this machine at wall-clock nanoseconds `now`. */
  async read(now: bigint): Promise<Reading[]> {
    const interfaces = await readInterfaces();
    return [
      ...interfaces.flatMap(interfaceReadings),
      ...this.#cpu.read(os.cpus()),
      ...systemReadings({
        hostname: os.hostname(),
        software: `${os.type()} ${os.release()}`,
        now,
        bootTime: this.#bootTime,
        uptimeSeconds: os.uptime(),
        memoryBytes: { total: os.totalmem(), free: os.freemem() },
        load: os.loadavg(),
      }),
    ];
  }
}

async function readInterfaces(): Promise<HostInterface[]> {
  const addressed = os.networkInterfaces();
  const [linuxNames, counters] = await Promise.all([linuxInterfaceNames(), readCounters()]);
  const names = new Set([...linuxNames, ...Object.keys(addressed)]);
  return Promise.all(
    [...names].map(async (name) => {
      const addresses = addressed[name] ?? [];
      const common = { name, addresses: addresses.map(toAddress), counters: counters.get(name) ?? {} };
      if (linuxNames.includes(name)) return { ...common, ...(await readLinuxInterface(name)) };
      // node:os lists an interface only while it is up and has an address.
      const mac = addresses[0]?.mac;
      const unknown = { index: undefined, mtu: undefined, adminStatus: undefined, type: undefined };
      return { ...common, ...unknown, mac, operStatus: 'UP' };
    }),
  );
}

async function readCounters(): Promise<Map<string, Counters>> {
  try {
    return parseNetDev(await readFile('/proc/net/dev', 'utf8'));
  } catch {
    return new Map();
  }
}

function toAddress({ family, address, cidr }: os.NetworkInterfaceInfo): Address {
  const prefixLength = cidr === null ? undefined : Number(cidr.slice(cidr.indexOf('/') + 1));
  return { family: family === 'IPv4' ? 'ipv4' : 'ipv6', ip: address, prefixLength };
}
