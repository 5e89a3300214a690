// Why there is no address, or why one could not be released. Texts with "no corresponding trench" and "no more prefix
// available" in them are Meridio's.

import type { ChildName } from '../tree/child-name.ts';

/** The conduit is not configured, and who asked has waited for it as long as one may. */
export class NoConduitError extends Error {
  override name = 'NoConduitError';
  readonly lacking: Lacking;

  constructor(child: ChildName, lacking: Lacking, waitedMs: number) {
    super(`${lackingText(child, lacking)}, waited ${waitedMs} ms`);
    this.lacking = lacking;
  }
}

/** nsp: it was not heard yet. trench: none of its conduits is configured. */
export type Lacking = 'nsp' | 'trench' | 'conduit';

function lackingText({ trench, conduit, name }: ChildName, lacking: Lacking): string {
  switch (lacking) {
    case 'nsp':
      return `failed getting conduit (${conduit}) while allocating (${name}): the NSP has not been heard yet`;
    case 'trench':
      return `no corresponding trench: no conduit of ${trench} is configured`;
    case 'conduit':
      return `failed getting conduit (${conduit}) while allocating (${name}): trench ${trench} has no such conduit`;
  }
}

/** All prefixes of a parent are given out. */
export class ExhaustedError extends Error {
  override name = 'ExhaustedError';

  constructor(name: string, parent: string) {
    super(`failed allocating (${name}): no more prefix available: ${parent}`);
  }
}

/** More is asked than a setting allows. */
export class LimitError extends Error {
  override name = 'LimitError';
  readonly limit: 'maxPrefixes' | 'maxWaiting' | 'maxPending';

  constructor(limit: LimitError['limit'], what: string) {
    super(what);
    this.limit = limit;
  }
}

/** The allocator has ended; the request may or may not have been carried out. */
export class EndedError extends Error {
  override name = 'EndedError';

  constructor() {
    super('the allocator has ended');
  }
}
