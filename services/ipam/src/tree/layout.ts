// How the prefix of a trench is cut, in one family: into conduits, these into nodes, these into addresses of children.

import { bits, type Family } from '@syncline/trench/address.ts';
import { firstAddress, type Prefix, printPrefix } from '@syncline/trench/prefix.ts';

/** Lengths of prefixes, in bits: trench < conduit < node < child. */
export interface Layout {
  readonly family: Family;
  /** Without host bits. */
  readonly trench: Prefix;
  readonly conduit: number;
  readonly node: number;
  readonly child: number;
}

/** The slots that are used of a prefix, both included. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
}

/** Slots are numbers: no prefix is asked for this many children, and all of them can be counted exactly. */
const mostSlots = 2 ** 48;

/** What is wrong with a layout, in words for whoever set it. Nothing when it can be used. */
export function layoutProblems({ family, trench, conduit, node, child }: Layout): readonly string[] {
  const problems: string[] = [];
  const host = printPrefix({ address: firstAddress(trench), length: trench.length });
  if (host !== printPrefix(trench))
    problems.push(`${printPrefix(trench)} has host bits: it should be ${host}`);
  if (conduit <= trench.length)
    problems.push(
      `the conduit length ${conduit} must be above the trench length ${trench.length} (${family})`,
    );
  if (node <= conduit)
    problems.push(`the node length ${node} must be above the conduit length ${conduit} (${family})`);
  // The first and the last address of a node are nobody's.
  if (child < node + 2)
    problems.push(`the child length ${child} must be at least 2 above the node length ${node} (${family})`);
  if (child > bits(family)) problems.push(`the child length ${child} is above ${bits(family)} (${family})`);
  return problems;
}

/** The part number `slot` of `parent`, when it is cut into parts of this length. */
export function partOf(parent: Prefix, length: number, slot: number): Prefix {
  const { family, value } = parent.address;
  const shift = BigInt(bits(family) - length);
  return { address: { family, value: value + (BigInt(slot) << shift) }, length };
}

/** Every part of a prefix of length `parent` that is cut into parts of length `child`. */
export function allParts(parent: number, child: number): SlotRange {
  return { first: 0, last: Math.min(2 ** (child - parent), mostSlots) - 1 };
}

/** As allParts(), without the first and the last part: those of a node that children get. */
export function innerParts(parent: number, child: number): SlotRange {
  return { first: 1, last: Math.min(2 ** (child - parent) - 2, mostSlots) };
}
