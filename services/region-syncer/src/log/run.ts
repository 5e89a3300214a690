// A run: regions in wire form, back to back. Each is a block of four elements of SyncRegionResponse in this order:
// region (2), stat (4), leader (5), buckets (6), an empty one as its tag and length 0. Here blocks are only counted
// off, never read.

/** The tags of a block's elements, all length-delimited. */
const tags = [0x12, 0x22, 0x2a, 0x32] as const;

/** The bytes are no run: at `offset` there is no block, or it does not end within them. */
export class RunError extends Error {
  override name = 'RunError';
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(`no block at byte ${offset} of a run: ${problem}`);
    this.offset = offset;
  }
}

/** Where the block that begins at `offset` ends. Throws RunError. */
export function blockEnd(run: Uint8Array, offset: number): number {
  let at = offset;
  for (const tag of tags) {
    if (run[at] !== tag) throw new RunError(offset, `its tag ${tag} is not at byte ${at}`);
    at += 1;
    let length = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = run[at++];
      if (byte === undefined) throw new RunError(offset, 'it ends within a length');
      if (shift > 2 ** 28) throw new RunError(offset, 'a length has more than five bytes');
      length += (byte & 0x7f) * shift;
      if (byte < 0x80) break;
    }
    at += length;
  }
  if (at > run.length) throw new RunError(offset, `it ends at byte ${at} of ${run.length}`);
  return at;
}

/** Where `count` blocks from `offset` on end. Throws RunError. */
export function skipBlocks(run: Uint8Array, offset: number, count: number): number {
  let at = offset;
  for (let block = 0; block < count; block += 1) at = blockEnd(run, at);
  return at;
}
