// The failpoints of the process: one specification, of which the main thread and the core workers each arm their part.

import { FailpointSpecError, parseFailpoints } from '@syncline/runtime/failpoint-spec.ts';
import { corePoints } from './core/failpoints.ts';

/** On the main thread: hit ten times a second, to hold its loop as a long computation would. */
export const mainPoints = ['main.tick'] as const;
export type MainPoint = (typeof mainPoints)[number];

/** What is wrong with a specification. */
export function failpointProblems(spec: string): readonly string[] {
  try {
    parseFailpoints(spec, [...mainPoints, ...corePoints]);
    return [];
  } catch (error) {
    if (error instanceof FailpointSpecError) return error.problems;
    throw error;
  }
}

/** The entries of a specification that are about `points`. */
export function failpointsFor(spec: string, points: readonly string[]): string {
  const entries = spec.split(';').map((entry) => entry.trim());
  return entries.filter((entry) => points.some((point) => entry.startsWith(`${point}=`))).join(';');
}
