import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { requirePassword } from './password.ts';

const method = { path: '/gnmi.gNMI/Get', requestStream: false, responseStream: false, options: {} };
const authenticate = requirePassword('admin', 'pa55');

test('the right credentials pass', () => {
  expect(() => authenticate(Metadata({ username: 'admin', password: 'pa55' }), method)).not.toThrow();
});

test.each([
  ['a wrong password', { username: 'admin', password: 'pa5' }],
  ['another user', { username: 'root', password: 'pa55' }],
  ['no credentials', {}],
])('%s is UNAUTHENTICATED, and no password is repeated', (_, given) => {
  try {
    authenticate(Metadata(given), method);
    expect.fail('passed');
  } catch (error) {
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: Status.UNAUTHENTICATED });
    expect(String(error)).not.toContain('pa5');
  }
});
