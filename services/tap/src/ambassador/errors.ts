// Why an Open changes nothing.

/** Another trench is in use: it has streams that are wanted, or that still give back what they held. */
export class AnotherTrenchError extends Error {
  override name = 'AnotherTrenchError';
  /** The one in use. */
  readonly trench: string;

  constructor(trench: string) {
    // Meridio's text, which clients look for; it does not name the trench.
    super('open failed to set trench: another trench is already connected');
    this.trench = trench;
  }
}

/** One more would be above a limit. Those that are closed count until they have given back what they held. */
export class LimitError extends Error {
  override name = 'LimitError';
  readonly of: 'streams' | 'conduits';
  readonly limit: number;

  constructor(of: 'streams' | 'conduits', limit: number) {
    super(`no room for more ${of}: SYNCLINE_TAP_${of.toUpperCase()} is ${limit}`);
    this.of = of;
    this.limit = limit;
  }
}

/** The tap gives back what it holds, and ends. */
export class StoppingError extends Error {
  override name = 'StoppingError';

  constructor() {
    super('the tap is stopping');
  }
}
