import { expect, test } from 'vitest';
import { momentText, pathText, readPaths, valueText } from './value-text.ts';

test('values are exact and strings are bare', () => {
  expect(valueText({ value: { $case: 'uintVal', value: 18_446_744_073_709_551_615n } })).toBe(
    '18446744073709551615',
  );
  expect(valueText({ value: { $case: 'stringVal', value: 'up' } })).toBe('up');
  expect(valueText({ value: { $case: 'jsonIetfVal', value: Buffer.from('{"a": 9007199254740993}') } })).toBe(
    '{"a":9007199254740993}',
  );
  const leaflist = { element: [{ value: { $case: 'intVal', value: 1n } as const }] };
  expect(valueText({ value: { $case: 'leaflistVal', value: leaflist } })).toBe('[1]');
  expect(valueText(undefined)).toBe('null');
});

test('paths are read one after the other and come back with their prefix', () => {
  const [first, second] = readPaths('/c[k=v]', readPaths('/a/b'));
  expect(pathText(first, second)).toBe('/a/b/c[k=v]');
});

test('a path that is none says where', () => {
  expect(() => readPaths('/a[b')).toThrow(/column 5: expected '='/);
});

test('a moment of 0 has never been', () => {
  expect(momentText(0n)).toBe('never');
  expect(momentText(1_767_225_600_000_000_000n)).toBe('2026-01-01T00:00:00.000Z');
});
