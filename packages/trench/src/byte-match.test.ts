import { expect, test } from 'vitest';
import { parseByteMatch } from './byte-match.ts';

test('mask and value are read in either base; without a mask all bits count', () => {
  expect(parseByteMatch('tcp[12 : 2] & 0xff00 = 0x5000', 'byte match')).toEqual({
    protocol: 'tcp',
    offset: 12,
    size: 2,
    mask: 0xff00,
    value: 0x5000,
  });
  expect(parseByteMatch('sctp[65535:4]=4294967295', 'byte match')).toMatchObject({
    offset: 65_535,
    mask: 2 ** 32 - 1,
    value: 2 ** 32 - 1,
  });
});

test.each([
  ['tcp[0:3]=1', 'not protocol[offset:size]&mask=value'],
  ['icmp[0:1]=1', 'not protocol[offset:size]&mask=value'],
  ['tcp[0:1]=0xFF', 'not protocol[offset:size]&mask=value'],
  ['tcp[0:1]', 'not protocol[offset:size]&mask=value'],
  ['tcp[-1:1]=1', 'not protocol[offset:size]&mask=value'],
  ['', 'not protocol[offset:size]&mask=value'],
  ['tcp[0:1]=256', 'the value has more bytes than 1'],
  ['tcp[0:2]=0x10000', 'the value has more bytes than 2'],
  ['tcp[0:1]&0x100=0', 'the mask has more bytes than 1'],
  ['tcp[65536:1]=0', 'no packet has so many bytes'],
])('%j is refused', (text, reason) => {
  expect(() => parseByteMatch(text, 'byte match')).toThrow(`byte match ${JSON.stringify(text)}: ${reason}`);
});
