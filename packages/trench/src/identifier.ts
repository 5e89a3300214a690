// The number by which load balancers know a target of a stream: `identifier` in its context.

const decimal = /^[1-9]\d{0,8}$/;

/** The identifier that `text` writes in decimal digits; undefined when it is none from 1 to `most`. */
export function readIdentifier(text: string, most: number): number | undefined {
  const identifier = Number(text);
  return decimal.test(text) && identifier <= most ? identifier : undefined;
}
