import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conduitKey, fullName, streamKey } from './stream-name.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '.', '"', '","', 'a', 'a.b', 'b', '\\'),
);
const names = fc.record({ trench: anything, conduit: anything, stream: anything });

test('keys are the same exactly when all names are, whatever is in the names', () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      const sameConduit = a.trench === b.trench && a.conduit === b.conduit;
      expect(conduitKey(a) === conduitKey(b)).toBe(sameConduit);
      expect(streamKey(a) === streamKey(b)).toBe(sameConduit && a.stream === b.stream);
      expect(streamKey(a)).toBe(streamKey({ ...a }));
    }),
    { numRuns: 2000 },
  );
});

test('the full name has the inner name first', () => {
  expect(fullName({ trench: 'demo', conduit: 'edge', stream: 'web' })).toBe('web.edge.demo');
});
