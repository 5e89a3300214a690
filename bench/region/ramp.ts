// The search for the highest rate that is held.

/** What came of a rate that was kept up for `seconds`. */
export interface Held {
  readonly held: boolean;
  /** What it cost the leader; undefined where that cannot be known. */
  readonly cpuSeconds: number | undefined;
}

export type Try = (rate: number, seconds: number) => Promise<Held>;

/** The rate that was found, in changes a second, and what it cost. */
export interface Best {
  readonly rate: number;
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
}

const leastRate = 500;
const searchSeconds = 3;
const confirmSeconds = 8;

/**
 * Doubles or halves `first` until one rate is held and its double is not, looks twice in the middle, and gives what is
 * then held for longer, a tenth less each time it is not. Undefined when not even 500 a second are.
 */
export async function highestHeld(first: number, attempt: Try): Promise<Best | undefined> {
  const holds = async (rate: number) => (await attempt(rate, searchSeconds)).held;
  let low = first;
  if (await holds(low)) while (await holds(2 * low)) low *= 2;
  else {
    do low /= 2;
    while (low >= leastRate && !(await holds(low)));
  }
  for (let step = low / 2, looks = 0; looks < 2; step /= 2, looks++) if (await holds(low + step)) low += step;
  for (let rate = low; rate >= leastRate; rate *= 0.9) {
    const { held, cpuSeconds } = await attempt(rate, confirmSeconds);
    if (held) return { rate, seconds: confirmSeconds, cpuSeconds };
  }
  return undefined;
}
