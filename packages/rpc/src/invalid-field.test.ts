import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { invalidField, invalidValue } from './invalid-field.ts';

test('a refusal names field, value and reason, a text in quotes', () => {
  expect(invalidValue('target.port', 0, 'expected 1 to 65535')).toMatchObject({
    code: Status.INVALID_ARGUMENT,
    details: 'target.port 0: expected 1 to 65535',
  });
  expect(invalidValue('name', 'a"b', 'no').details).toBe('name "a\\"b": no');
  expect(invalidField('name', 'it is required')).toMatchObject({
    code: Status.INVALID_ARGUMENT,
    details: 'name: it is required',
  });
});
