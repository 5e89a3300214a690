// The failpoints of the process: one specification, of which the main thread and the core workers each arm their part.

import { corePoints } from './core/failpoints.ts';

/** On the main thread: hit ten times a second, to hold its loop as a long computation would. */
export const mainPoints = ['main.tick'] as const;
export type MainPoint = (typeof mainPoints)[number];

/** All that a specification may name. */
export const points: readonly string[] = [...mainPoints, ...corePoints];

/** The entries of a specification that are about `points`. */
export function failpointsFor(spec: string, points: readonly string[]): string {
  const entries = spec.split(';').map((entry) => entry.trim());
  return entries.filter((entry) => points.some((point) => entry.startsWith(`${point}=`))).join(';');
}
