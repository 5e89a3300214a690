// Rejections that nobody handles, for as long as a run lasts: they are the run's failure and must name its
// seed, so the listeners of the test runner, which would report them without it, are set aside meanwhile.

let active = false;

/** Hands every unhandled rejection of the process to `fail` until disposed of. One at a time in a process. */
export function catchRejections(fail: (error: unknown) => void): Disposable {
  if (active) throw new Error('another exploration is running in this process');
  active = true;
  const elsewhere = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', fail);
  return {
    [Symbol.dispose]() {
      process.removeListener('unhandledRejection', fail);
      for (const listener of elsewhere) process.on('unhandledRejection', listener);
      active = false;
    },
  };
}
