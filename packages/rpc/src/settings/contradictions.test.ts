import { expect, test } from 'vitest';
import { bytes, duration, integer, optional, path, shared, text } from '../setting-types.ts';
import { parseSettings } from '../settings.ts';
import { Contradictions } from './contradictions.ts';

const anyWait = { min: '1ms', max: '1h' };
const spec = {
  service: 'region-feed',
  table: {
    retry: duration('1s', anyWait, ''),
    retryMax: duration('5s', anyWait, ''),
    frame: bytes('1KiB', { min: '1B', max: '1GiB' }, ''),
    window: bytes('1KiB', { min: '1B', max: '1GiB' }, ''),
    replicas: integer(1, { min: '0', max: '9' }, ''),
    stores: integer(3, { min: '0', max: '9' }, ''),
    certFile: optional(path, ''),
    keyFile: optional(path, ''),
    data: shared('SYNCLINE_DATA', text('.syncline', '')),
  },
} as const;

const contradictionsIn = (env: Readonly<Record<string, string>>) => {
  const variables = Object.entries(env).map(([name, value]) => [`SYNCLINE_REGION_FEED_${name}`, value]);
  return new Contradictions(spec, parseSettings(Object.fromEntries(variables), spec));
};

test('what is above its bound is told with both variables, and both values in their unit', () => {
  const problems = contradictionsIn({ RETRY: '6s', FRAME: '2KiB', REPLICAS: '4' });
  problems.ordered('retry', 'retryMax');
  problems.ordered('frame', 'window');
  problems.ordered('replicas', 'stores');
  expect(problems.found).toEqual([
    'SYNCLINE_REGION_FEED_RETRY is above SYNCLINE_REGION_FEED_RETRY_MAX: 6000 ms and 5000 ms',
    'SYNCLINE_REGION_FEED_FRAME is above SYNCLINE_REGION_FEED_WINDOW: 2048 bytes and 1024 bytes',
    'SYNCLINE_REGION_FEED_REPLICAS is above SYNCLINE_REGION_FEED_STORES: 4 and 3',
  ]);
});

test('equal values are in order', () => {
  const problems = contradictionsIn({ RETRY: '5s' });
  problems.ordered('retry', 'retryMax');
  expect(problems.found).toEqual([]);
});

test.each([
  [{ CERT_FILE: 'c' }, false],
  [{ KEY_FILE: 'k' }, false],
  [{ CERT_FILE: 'c', KEY_FILE: 'k' }, true],
  [{}, true],
])('of two that need each other, %j is enough: %s', (env, isEnough) => {
  const problems = contradictionsIn(env);
  problems.together('certFile', 'keyFile');
  const problem = 'SYNCLINE_REGION_FEED_CERT_FILE and SYNCLINE_REGION_FEED_KEY_FILE need each other';
  expect(problems.found).toEqual(isEnough ? [] : [problem]);
});

test('one that needs another is fine without either, and the other is fine without it', () => {
  const found = (env: Readonly<Record<string, string>>) => {
    const problems = contradictionsIn(env);
    problems.needs('certFile', 'keyFile');
    return problems.found;
  };
  expect([found({}), found({ KEY_FILE: 'k' })]).toEqual([[], []]);
  expect(found({ CERT_FILE: 'c' })).toEqual([
    'SYNCLINE_REGION_FEED_CERT_FILE needs SYNCLINE_REGION_FEED_KEY_FILE',
  ]);
});

test('a problem of another kind names the variable, also of a setting that services share', () => {
  const problems = contradictionsIn({});
  problems.add(`${problems.variable('data')} is ${problems.variable('certFile')}`);
  expect(problems.found).toEqual(['SYNCLINE_DATA is SYNCLINE_REGION_FEED_CERT_FILE']);
});
