import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameAddress } from './address.ts';
import { crowdedPrefix } from './arbitrary.ts';
import { localIps } from './local-ips.ts';
import { containsPrefix, parsePrefix, prefixSetKey, printPrefix } from './prefix.ts';

const list = fc.array(crowdedPrefix, { maxLength: 6 });
const prefixes = (...texts: string[]) => texts.map((text) => parsePrefix(text));

test('without gateways nothing is known, whatever the addresses', () => {
  fc.assert(
    fc.property(list, list, (addresses, vips) => {
      expect(localIps(addresses, vips, [])).toEqual({ kind: 'unknown' });
    }),
  );
});

test('with gateways an address is local exactly when it is no VIP and lies in the network of one', () => {
  fc.assert(
    fc.property(list, list, list, (addresses, vips, gateways) => {
      const local = localIps(addresses, vips, gateways);
      fc.pre(local.kind === 'known');
      for (const address of addresses) {
        const isVip = vips.some((vip) => sameAddress(vip.address, address.address));
        const inside = gateways.some((gateway) => containsPrefix(gateway, address));
        expect(local.ips.includes(address), printPrefix(address)).toBe(!isVip && inside);
      }
      expect(local.ips).toEqual(addresses.filter((address) => local.ips.includes(address)));
    }),
    { numRuns: 1000 },
  );
});

test('the order of what is asked changes only the order of the answer', () => {
  fc.assert(
    fc.property(list, list, list, (addresses, vips, gateways) => {
      const [a, b] = [
        localIps(addresses, vips, gateways),
        localIps(addresses.toReversed(), vips.toReversed(), gateways.toReversed()),
      ];
      expect(b.kind).toBe(a.kind);
      if (a.kind === 'known' && b.kind === 'known') expect(prefixSetKey(b.ips)).toBe(prefixSetKey(a.ips));
    }),
  );
});

test('adding the VIPs to the addresses, as an update of the connection does, changes nothing', () => {
  fc.assert(
    fc.property(list, list, list, (addresses, vips, gateways) => {
      expect(localIps([...addresses, ...vips], vips, gateways)).toEqual(localIps(addresses, vips, gateways));
    }),
  );
});

test('both families of a connection are its own; its VIPs and addresses of other networks are not', () => {
  const addresses = prefixes('172.16.0.5/24', 'fd00::5/64', '20.0.0.1/32', '2000::1/128', '10.0.0.1/24');
  const vips = prefixes('20.0.0.1/32', '2000::1/128');
  const local = localIps(addresses, vips, prefixes('172.16.0.1/24', 'fd00::1/64'));
  expect(local).toEqual({ kind: 'known', ips: prefixes('172.16.0.5/24', 'fd00::5/64') });
});

test('an address whose network is wider than its gateway is not its', () => {
  expect(localIps(prefixes('172.16.0.5/16'), [], prefixes('172.16.0.1/24'))).toEqual({
    kind: 'known',
    ips: [],
  });
});
