// Configuration files for tests.

import { parseConfiguration } from './parse.ts';
import { ConfigurationError, type Problem, printProblem } from './problem.ts';

export const limits = { maxEntries: 100 };

/** The least that a file has, before lists. */
export const trench = 'trench: { name: t }\n';

/** A trench `t` with the conduits `a` and `b`, the streams `a1`, `a2` and `b1`, and two VIPs. */
export const small = `trench: { name: t }
conduits:
  items:
    - { name: a, trench: t }
    - { name: b, trench: t }
streams:
  items:
    - { name: a1, conduit: a, max-targets: 2 }
    - { name: a2, conduit: a }
    - { name: b1, conduit: b, max-targets: }
vips:
  items:
    - { name: v4, address: 20.0.0.1/32, trench: t }
    - { name: v6, address: '2001:db8::1/128', trench: t }
flows:
  items:
    - { name: f1, stream: a1, vips: [v4], priority: 3, protocols: [tcp] }
    - { name: f2, stream: b1, vips: [v6] }
`;

/** What is wrong with a text, a line each; nothing when it is well. */
export function problemsOf(text: string): readonly string[] {
  try {
    parseConfiguration(text, limits);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem: Problem) => printProblem(problem));
  }
}
