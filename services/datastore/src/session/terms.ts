// What is agreed with a device after its Capabilities: the encoding it shall send.

import { type ReadableEncoding, readableEncodings } from './plan.ts';

/** The encodings a device offers, by their names; 'unknown' when it does not implement Capabilities. */
export type Offer = readonly string[] | 'unknown';

/**
 * The encoding to ask for, or why there is none. A device without Capabilities is taken at its word: it gets the
 * encoding that was configured, else JSON, which gNMI demands of every target.
 */
export function agreeOnEncoding(
  wanted: ReadableEncoding | undefined,
  offer: Offer,
): { readonly encoding: ReadableEncoding } | { readonly refusal: string } {
  if (offer === 'unknown') return { encoding: wanted ?? 'JSON' };
  const encoding = wanted === undefined ? readableEncodings.find((each) => offer.includes(each)) : wanted;
  if (encoding !== undefined && offer.includes(encoding)) return { encoding };
  const wish = wanted ?? `one of ${readableEncodings.join(', ')}`;
  return {
    refusal: `the device offers the encodings ${offer.join(', ') || '(none)'}, this sync wants ${wish}`,
  };
}
