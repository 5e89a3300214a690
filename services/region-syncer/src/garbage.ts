// How seldom garbage is collected.

import { setFlagsFromString } from 'node:v8';

/**
 * Lets what V8 looks after grow to three times its size before all of it is collected. V8 decides by how fast objects come,
 * and a member makes few: it takes bytes off the wire, keeps them for followers and lets them go, and V8 collected once a
 * second, for 5 to 20 ms each time, at 20,000 changes a second. The regions themselves are memory that it does not look after.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
