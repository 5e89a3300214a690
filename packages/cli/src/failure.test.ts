import { ClientError, Status } from 'nice-grpc-common';
import { expect, test, vi } from 'vitest';
import { report, UsageError } from './failure.ts';

function reported(error: unknown): { code: number; printed: string } {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = report(error, ['127.0.0.1:7780']);
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return { code, printed };
}

test("a service's refusal is one line with its status", () => {
  expect(reported(new ClientError('/a/b', Status.NOT_FOUND, 'no\n  such thing'))).toEqual({
    code: 1,
    printed: 'error: NOT_FOUND: no such thing\n',
  });
});

test('why there is no connection is said without ornament', () => {
  const details =
    'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ';
  expect(reported(new ClientError('/a/b', Status.UNAVAILABLE, details)).printed).toBe(
    'error: UNAVAILABLE: no connection: connect ECONNREFUSED 127.0.0.1:1\n',
  );
});

test('of a server that is another service it is said which one and what was wanted', () => {
  const method = '/syncline.region.v1.RegionService/Status';
  const unknown = `The server does not implement the method ${method}`;
  expect(reported(new ClientError(method, Status.UNIMPLEMENTED, unknown)).printed).toBe(
    'error: UNIMPLEMENTED: 127.0.0.1:7780 does not serve syncline.region.v1.RegionService; see -a\n',
  );
  expect(reported(new ClientError('/gnmi.gNMI/Set', Status.UNIMPLEMENTED, 'Set: read-only')).printed).toBe(
    'error: UNIMPLEMENTED: Set: read-only\n',
  );
});

test('wrong usage is 2, an interrupt is 130 and silent', () => {
  expect(reported(new UsageError('nothing to do'))).toEqual({ code: 2, printed: 'error: nothing to do\n' });
  expect(reported(new DOMException('stopped', 'AbortError'))).toEqual({ code: 130, printed: '' });
});
