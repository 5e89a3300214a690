import fc from 'fast-check';
import { expect, test } from 'vitest';
import { name } from './arbitrary.ts';
import { MalformedError } from './malformed-error.ts';
import { checkName } from './name.ts';

test('a name is given back as it is', () => {
  fc.assert(
    fc.property(name, (it) => {
      expect(checkName(it, 'stream')).toBe(it);
    }),
  );
  expect(checkName('x'.repeat(63), 'stream')).toHaveLength(63);
});

const alphabet = 'a name has letters, digits, - and _, and begins and ends with a letter or a digit';

test.each([
  ['', 'the name is empty'],
  ['a.b', alphabet],
  ['-a', alphabet],
  ['a-', alphabet],
  ['a b', alphabet],
  ['a\n', alphabet],
  ['ä', alphabet],
])('%j is refused by field, value and reason', (text, reason) => {
  expect(() => checkName(text, 'conduit')).toThrow(new MalformedError('conduit', text, reason));
});

test('a name that is too long is refused without repeating all of it', () => {
  expect(() => checkName('x'.repeat(1_000_000), 'trench')).toThrow(
    /^trench "x{100}…": longer than 63 characters$/,
  );
});
