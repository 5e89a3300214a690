// The order of strings by their UTF-8 bytes, which is the order of code points. JavaScript compares UTF-16
// units, which puts U+E000..U+FFFF after the astral planes; canonical paths must not depend on that.

/** Less than, equal to or greater than 0 as `a` sorts before, with or after `b` in UTF-8 byte order. */
export function compareBytewise(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

// Surrogates (0xd800..0xdfff) stand for code points above every other unit, so they move behind 0xffff.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
