// Rendezvous hashing: every target has a score for the packet, and the highest takes it. Nothing is built beforehand,
// and every lookup looks at all targets.

/** The identifier, from 1 to `targets`, that takes the packets of this hash. */
export function rendezvous(hash: number, targets: number): number {
  let best = 0;
  let highest = -1;
  for (let identifier = 1; identifier <= targets; identifier++) {
    const score = mixed(hash ^ Math.imul(identifier, 0x9e3779b1));
    if (score > highest) {
      highest = score;
      best = identifier;
    }
  }
  return best;
}

/** Each bit of the result hangs on every bit given: multiplied and folded twice. */
function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
