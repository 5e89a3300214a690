// The password that every call needs, as settings: no call needs one unless it is given.

import { requirePassword } from '../password.ts';
import type { Authenticate } from '../server/open-calls.ts';
import { optional, secret, text } from '../setting-types.ts';
import type { ValuesOf } from '../settings.ts';
import { Contradictions } from './contradictions.ts';

/** To be spread into the service's table. */
export const passwordSettings = {
  username: optional(text, 'With it, every call but health checks needs metadata `username` and `password`.'),
  password: secret('The password that belongs to the username.'),
};

type Values = ValuesOf<typeof passwordSettings>;

/** What is wrong with them together. */
export function passwordProblems(service: string, values: Values): readonly string[] {
  const problems = new Contradictions({ service, table: passwordSettings }, values);
  problems.together('username', 'password');
  return problems.found;
}

/** What calls are asked for; undefined lets everybody in. */
export function authenticateOf({ username, password }: Values): Authenticate | undefined {
  return username === undefined || password === undefined ? undefined : requirePassword(username, password);
}
