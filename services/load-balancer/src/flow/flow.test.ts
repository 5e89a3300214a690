import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { RowError } from '../row-error.ts';
import { type FlowRow, readFlow } from './flow.ts';

const row: FlowRow = {
  name: 'web',
  sourceSubnets: ['10.0.0.0/8', '2001:db8::/32'],
  destinationPortRanges: ['80', '8000-8080'],
  sourcePortRanges: ['any'],
  protocols: ['tcp'],
  priority: 7,
  stream: streamMessage({ trench: 't', conduit: 'c', stream: 's' }),
  vips: [{ address: '20.0.0.1/32' }],
  byteMatches: ['tcp[0:1]=1'],
};

test('a flow names its stream and keeps its conditions', () => {
  expect(readFlow(row)).toMatchObject({
    name: 'web',
    stream: { trench: 't', conduit: 'c', stream: 's' },
    priority: 7,
    protocols: ['tcp'],
    destinationPorts: [
      { first: 80, last: 80 },
      { first: 8_000, last: 8_080 },
    ],
  });
});

test('a v4-mapped prefix stands for the prefix of IPv4', () => {
  const [mapped, plain] = ['::ffff:10.0.0.0/104', '10.0.0.0/8'].map((subnet) =>
    readFlow({ ...row, sourceSubnets: [subnet] }),
  );
  expect(mapped).toEqual(plain);
  expect(readFlow({ ...row, sourceSubnets: ['::/0'] }).sources).toMatchObject([{ length: 0 }]);
});

test.each<[Partial<FlowRow>, string]>([
  [{ sourceSubnets: ['10.0.0.0/8', '10.0.0.300/8'] }, 'source subnet "10.0.0.300/8": '],
  [{ sourceSubnets: ['10.0.0.1'] }, 'source subnet "10.0.0.1": it has no prefix length'],
  [{ vips: [{ address: '20.0.0.1/33' }] }, 'vip "20.0.0.1/33": the prefix length is not 0 to 32'],
  [{ protocols: ['tcp', 'icmp'] }, 'protocol "icmp": not one of tcp, udp, sctp'],
  [{ destinationPortRanges: ['65536'] }, 'destination port range "65536": '],
  [{ sourcePortRanges: ['9-8'] }, 'source port range "9-8": it ends before it begins'],
  [{ byteMatches: ['tcp[0]=1'] }, 'byte match "tcp[0]=1": '],
])('a flow with %j is none', (wrong, message) => {
  const read = () => readFlow({ ...row, ...wrong });
  expect(read).toThrow(MalformedError);
  expect(read).toThrow(message);
});

test('a flow without stream, or whose stream has no parents, is none', () => {
  expect(() => readFlow({ ...row, stream: undefined })).toThrow(
    new RowError('stream', 'stream cannot be nil'),
  );
  expect(() => readFlow({ ...row, stream: { name: 's' } })).toThrow('conduit cannot be nil');
  expect(() => readFlow({ ...row, stream: { name: 's', conduit: { name: 'c' } } })).toThrow(
    'trench cannot be nil',
  );
});
