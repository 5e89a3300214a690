import { expect, test } from 'vitest';
import { aTarget, web } from './target.fixture.ts';
import { exactStream, filterKey, matchesTarget, type TargetFilter } from './target-filter.ts';

const any = { trench: '', conduit: '', stream: '' };
const target = aTarget();

test.each<[string, TargetFilter, boolean]>([
  ['its status, type and stream', { status: 'enabled', type: 'default', stream: web }, true],
  ['any status', { status: 'any', type: 'default', stream: web }, true],
  ['no names', { status: 'any', type: 'default', stream: any }, true],
  ['its trench alone', { status: 'any', type: 'default', stream: { ...any, trench: 't' } }, true],
  ['its stream in any conduit', { status: 'any', type: 'default', stream: { ...any, stream: 'web' } }, true],
  ['another status', { status: 'disabled', type: 'default', stream: web }, false],
  ['another type', { status: 'any', type: 'frontend', stream: any }, false],
  ['another conduit', { status: 'any', type: 'default', stream: { ...web, conduit: 'b' } }, false],
  ['a status that is none', { status: 'none', type: 'default', stream: any }, false],
  ['a type that is none', { status: 'any', type: 'none', stream: any }, false],
])('%s', (_, filter, expected) => {
  expect(matchesTarget(filter, target)).toBe(expected);
});

test('only a filter with all three names is about one stream', () => {
  expect(exactStream({ status: 'any', type: 'default', stream: web })).toBeDefined();
  expect(exactStream({ status: 'any', type: 'default', stream: { ...web, trench: '' } })).toBeUndefined();
});

test('filters that differ have different keys', () => {
  const filters: TargetFilter[] = (['enabled', 'disabled', 'any', 'none'] as const).flatMap((status) =>
    (['default', 'frontend', 'none'] as const).flatMap((type) =>
      [web, any, { ...web, stream: 'web"' }].map((stream) => ({ status, type, stream })),
    ),
  );
  expect(new Set(filters.map(filterKey)).size).toBe(filters.length);
});
