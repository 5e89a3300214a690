import { expect, test } from 'vitest';
import { MalformedError } from './malformed-error.ts';
import { parseTransport, transports } from './transport.ts';

test('each of the three is read by its name', () => {
  expect(transports.map((text) => parseTransport(text, 'protocol'))).toEqual(['tcp', 'udp', 'sctp']);
});

test.each(['icmp', 'TCP', '', 'tcp '])('%j is none', (text) => {
  expect(() => parseTransport(text, 'protocol')).toThrow(
    new MalformedError('protocol', text, 'not one of tcp, udp, sctp'),
  );
});
