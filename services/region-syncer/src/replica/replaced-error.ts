// Why a wait for the disk is over without what it waited for.

/** Another history has taken the place of this one: what was waited for does not come. */
export class ReplacedError extends Error {
  override name = 'ReplacedError';

  constructor() {
    super('the regions were replaced by a snapshot');
  }
}
