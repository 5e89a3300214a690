// How many targets a stream may have. Their identifiers are from 1 to its max-targets.

/** The largest that Meridio's webhook admits. */
export const mostTargets = 10_000;

/** What stands for an absent number; NSPs of before 0.9.0 do not know the field. */
export const defaultMaxTargets = 100;
