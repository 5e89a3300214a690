// The faults that a test injects into a process, as a setting.

import { failpointProblems } from '@syncline/runtime/failpoint-spec.ts';
import { type Setting, text } from '../setting-types.ts';

/** A specification, as parseFailpoints reads it, of faults at some of `points`; none unless given. */
export function failpoints(points: readonly string[]): Setting<string> {
  const anything = text(
    '',
    'Faults to inject, for tests: point=action[:argument][@n], separated by semicolons.',
  );
  const parse = (given: string) => {
    const problems = failpointProblems(given, points);
    if (problems.length > 0) throw new RangeError(problems.join('; '));
    return given;
  };
  return { ...anything, parse };
}
