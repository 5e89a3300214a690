// What a watcher of the configuration is told while there is none.

/** There is no configuration to tell of. */
export class NoConfigurationError extends Error {
  override name = 'NoConfigurationError';

  constructor(reason: string) {
    super(`there is no configuration: ${reason}`);
  }
}
