// Sliced work at a stretch, for tests.

/** What a generator returns when nobody interrupts it. */
export function finish<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
