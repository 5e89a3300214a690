import { expect, test } from 'vitest';
import { addressFor, parseAddressTemplate } from './address-template.ts';

test('names take their places, as often as they have one', () => {
  const places = { trench: 'a', namespace: 'default' };
  expect(addressFor('nsp-service-{trench}.{namespace}:7778', places)).toBe('nsp-service-a.default:7778');
  expect(addressFor('{trench}.{trench}:1', places)).toBe('a.a:1');
  expect(addressFor('127.0.0.1:7778', places)).toBe('127.0.0.1:7778');
});

test('templates and addresses that a channel can use are taken as they are', () => {
  for (const text of [
    'nsp-{trench}.{namespace}:7778',
    'unix:/run/{trench}/nsp.sock',
    '127.0.0.1:7779',
    'proxy:1',
    '[::1]:7778',
    '[2001:db8::1]:65535',
    'unix:/run/nsm.io.sock',
  ])
    expect(parseAddressTemplate(text)).toBe(text);
});

test('what is no address is refused, and so is a place that nothing stands for', () => {
  for (const text of [
    'nsp',
    'nsp:',
    'nsp:0',
    'nsp:65536',
    '::1:7778',
    'http://nsp:7778',
    'unix:relative',
    '',
  ])
    expect(() => parseAddressTemplate(text), text).toThrow('expected host:port such as 10.0.0.1:7778');
  expect(() => parseAddressTemplate('nsp-{trench}:{port}')).toThrow(RangeError);
  expect(() => parseAddressTemplate('nsp-{conduit}:7778')).toThrow(
    'expected no places but {trench} and {namespace}',
  );
});
