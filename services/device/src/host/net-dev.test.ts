import { expect, test } from 'vitest';
import { parseNetDev } from './net-dev.ts';

const file = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 32337315    1753    1    2    0     0          0         3 32337316    1754    4    5    0     0       0          0
eth0.100:18446744073709551615 1 0 0 0 0 0 0 7 8 9 10 0 0 0 0
`;

test('every interface of the file has its counters, exact to 64 bits', () => {
  const counters = parseNetDev(file);
  expect([...counters.keys()]).toEqual(['lo', 'eth0.100']);
  expect(counters.get('lo')).toEqual({
    'in-octets': 32_337_315n,
    'in-pkts': 1_753n,
    'in-errors': 1n,
    'in-discards': 2n,
    'in-multicast-pkts': 3n,
    'out-octets': 32_337_316n,
    'out-pkts': 1_754n,
    'out-errors': 4n,
    'out-discards': 5n,
  });
  expect(counters.get('eth0.100')?.['in-octets']).toBe(2n ** 64n - 1n);
});
