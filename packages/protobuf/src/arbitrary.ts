// What property tests of bytes are fed with.
import fc from 'fast-check';

/** All of uint64, its ends and the bounds of its varints more often. */
export const anyUint64 = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.constantFrom(
    0n,
    1n,
    127n,
    128n,
    2n ** 28n - 1n,
    2n ** 28n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n,
    2n ** 64n - 1n,
  ),
);
