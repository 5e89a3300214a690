import { expect, test } from 'vitest';
import { LeaderAddresses } from './leader-addresses.ts';

const known = ['a:1', 'b:2', 'c:3'];

function attempts(addresses: LeaderAddresses, count: number): string[] {
  return Array.from({ length: count }, () => addresses.next());
}

test('addresses take turns while nobody leads there', () => {
  expect(attempts(new LeaderAddresses(known), 5)).toEqual(['a:1', 'b:2', 'c:3', 'a:1', 'b:2']);
  expect(attempts(new LeaderAddresses(['a:1']), 3)).toEqual(['a:1', 'a:1', 'a:1']);
  expect(() => new LeaderAddresses([])).toThrow('needs the address');
});

test('where a leader was it is looked for first', () => {
  const addresses = new LeaderAddresses(known);
  attempts(addresses, 2);
  addresses.found();
  expect([addresses.current, ...attempts(addresses, 3)]).toEqual(['b:2', 'b:2', 'c:3', 'a:1']);
});

test('who does not lead is believed where the leader is, once', () => {
  const addresses = new LeaderAddresses(known);
  attempts(addresses, 1);
  addresses.refused(['http://x:9', 'http://y:9']);
  expect(addresses.next()).toBe('x:9');
  addresses.refused(['http://a:1']);
  expect(attempts(addresses, 2)).toEqual(['b:2', 'c:3']);
});

test('a leader that was found by what another has said is looked for there again', () => {
  const addresses = new LeaderAddresses(['a:1']);
  attempts(addresses, 1);
  addresses.refused(['https://[::1]:9']);
  expect(addresses.next()).toBe('[::1]:9');
  addresses.found();
  expect(attempts(addresses, 2)).toEqual(['[::1]:9', 'a:1']);
});

test.each([
  ['http://pd', 'pd:80'],
  ['http://pd:80', 'pd:80'],
  ['https://pd:443', 'pd:443'],
  ['https://[::1]', '[::1]:443'],
  ['http://pd:443', 'pd:443'],
])('client URL %s leads to %s', (url, address) => {
  const addresses = new LeaderAddresses(known);
  attempts(addresses, 1);
  addresses.refused([url]);
  expect(addresses.next()).toBe(address);
});

test.each([[[]], [['not a url', 'unix:/s', 'tcp://x']], [['http://a:1', 'http://x:9']]])(
  'client URLs %j lead nowhere else',
  (urls) => {
    const addresses = new LeaderAddresses(known);
    attempts(addresses, 1);
    addresses.refused(urls);
    expect(addresses.next()).toBe('b:2');
  },
);
