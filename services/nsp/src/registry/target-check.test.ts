import { parsePrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import { aTarget, web } from './target.fixture.ts';
import type { Target } from './target.ts';
import { checkTarget } from './target-check.ts';

const vipsOf = (trench: string) =>
  trench === 't' ? ['20.0.0.1/32', '40.0.0.0/24'].map((each) => parsePrefix(each)) : [];
const identified = (identifier: string) =>
  aTarget(undefined, { context: new Map([['identifier', identifier]]) });
const frontend = (ips: readonly string[]) =>
  aTarget(ips, {
    type: 'frontend',
    stream: { trench: '', conduit: '', stream: '' },
    context: new Map([['identifier', 'host-1']]),
  });

test.each<[string, Target, string]>([
  ['no address', aTarget([]), 'ips: a target without an address'],
  ['an address that is none', aTarget(['172.16.0.5/24', '172.16.0']), 'ips[1] "172.16.0": not an address'],
  ['an empty address', aTarget(['']), 'ips[0] "": not an address'],
  ['a prefix that is too long', aTarget(['172.16.0.5/33']), 'ips[0] "172.16.0.5/33": not an address'],
  ['a zone', aTarget(['fe80::1%eth0/64']), 'not an address'],
  ['a VIP', aTarget(['172.16.0.5/24', '20.0.0.1/32']), 'ips[1] "20.0.0.1/32": is of the VIP 20.0.0.1/32'],
  ['a VIP with another length', aTarget(['20.0.0.1/24']), 'is of the VIP 20.0.0.1/32'],
  ['an address of a VIP’s network', aTarget(['40.0.0.9']), 'is of the VIP 40.0.0.0/24'],
  ['no stream', aTarget(undefined, { stream: { ...web, stream: '' } }), 'stream.name: is missing'],
  ['no conduit', aTarget(undefined, { stream: { ...web, conduit: '' } }), 'stream.conduit.name: is missing'],
  [
    'no trench',
    aTarget(undefined, { stream: { ...web, trench: '' } }),
    'stream.conduit.trench.name: is missing',
  ],
  [
    'a stream with NUL in its name',
    aTarget(undefined, { stream: { ...web, stream: 'we\0b' } }),
    'stream.name "we\\u0000b": a name has letters, digits, - and _',
  ],
  [
    'a conduit that no configuration could have',
    aTarget(undefined, { stream: { ...web, conduit: 'a.b' } }),
    'stream.conduit.name "a.b": a name has',
  ],
  [
    'a trench with a name of 15,000 characters',
    aTarget(undefined, { stream: { ...web, trench: 't'.repeat(15_000) } }),
    `stream.conduit.trench.name "${'t'.repeat(100)}…": longer than 63 characters`,
  ],
  ['identifier 0', identified('0'), 'context.identifier "0": must be a whole number from 1 to 10000'],
  ['identifier 10001', identified('10001'), 'context.identifier "10001": must be'],
  ['an identifier that is no number', identified('one'), 'context.identifier "one": must be'],
  ['an identifier with a sign', identified('+1'), 'context.identifier "+1": must be'],
  ['an empty identifier', identified(''), 'context.identifier "": must be'],
  ['a frontend without a name', frontend([]), 'ips: a target without an address'],
  ['a frontend with an empty name', frontend(['']), 'ips[0] "": the host name is empty'],
  ['a frontend with a name that is too long', frontend(['h'.repeat(254)]), 'longer than 253 characters'],
  ['a frontend with NUL in its name', frontend(['ok', 'h\0']), 'ips[1] "h\\u0000": has control characters'],
  [
    'a frontend of a stream that is none',
    { ...frontend(['lb']), stream: { ...web, stream: ' ' } },
    'stream.name " ": a name has',
  ],
])('%s is refused', (_, target, message) => {
  expect(() => checkTarget(target, vipsOf)).toThrow(message);
});

test.each<[string, Target]>([
  ['addresses of both families', aTarget(['172.16.0.5/24', 'fd00::5/64'])],
  ['an address without its length', aTarget(['172.16.0.5'])],
  ['no identifier yet', aTarget(undefined, { context: new Map() })],
  ['identifier 10000', identified('10000')],
  ['a VIP of another trench', aTarget(['20.0.0.1/32'], { stream: { ...web, trench: 'u' } })],
  ['a stream that nobody configured', aTarget(undefined, { stream: { ...web, stream: 'later' } })],
  ['a frontend by its host name', frontend(['lb-fe-attractor-7d5'])],
])('%s is well', (_, target) => {
  expect(() => checkTarget(target, vipsOf)).not.toThrow();
});
