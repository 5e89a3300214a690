import { Metadata } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import { authenticateOf, passwordProblems, passwordSettings } from './password.ts';

const read = (env: Readonly<Record<string, string>>) =>
  parseSettings(env, { service: 'device', table: passwordSettings });
const username = { SYNCLINE_DEVICE_USERNAME: 'admin' };
const password = { SYNCLINE_DEVICE_PASSWORD: 'secret' };

test('with a username and its password calls need them; without, everybody is let in', () => {
  expect(authenticateOf(read({}))).toBeUndefined();
  const authenticate = authenticateOf(read({ ...username, ...password }));
  const method = { path: '/gnmi.gNMI/Get', requestStream: false, responseStream: false, options: {} };
  expect(() => authenticate?.(Metadata({ username: 'admin', password: 'secret' }), method)).not.toThrow();
  expect(() => authenticate?.(Metadata({ username: 'admin', password: 'guess' }), method)).toThrow('"admin"');
});

test.each([username, password])('%j alone is half of what it takes', (env) => {
  expect(passwordProblems('device', read(env))).toEqual([
    'SYNCLINE_DEVICE_USERNAME and SYNCLINE_DEVICE_PASSWORD need each other',
  ]);
});
