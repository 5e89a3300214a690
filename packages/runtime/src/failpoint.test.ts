import { expect, test } from 'vitest';
import { FailpointError, Failpoints } from './failpoint.ts';

const points = ['a', 'b'] as const;

function armed(spec: string) {
  const performed: string[] = [];
  const failpoints = new Failpoints(points, spec, {
    kill: () => void performed.push('kill'),
    exit: (code) => void performed.push(`exit ${code}`),
    block: (ms) => void performed.push(`block ${ms}`),
  });
  return { failpoints, performed };
}

test('a point that is not armed does nothing', () => {
  const { failpoints, performed } = armed('a=kill');
  failpoints.hit('b');
  expect(performed).toEqual([]);
});

test('a fault with @n happens at that hit alone, one without at every hit', () => {
  const { failpoints, performed } = armed('a=kill@3;b=exit:7');
  for (let hit = 0; hit < 5; hit += 1) failpoints.hit('a');
  expect(performed).toEqual(['kill']);
  failpoints.hit('b');
  failpoints.hit('b');
  expect(performed).toEqual(['kill', 'exit 7', 'exit 7']);
});

test('a thread is held for as long as it says, or for ever', () => {
  const { failpoints, performed } = armed('a=block:20;b=block');
  failpoints.hit('a');
  failpoints.hit('b');
  expect(performed).toEqual(['block 20', 'block Infinity']);
});

test('an error is thrown with its point', () => {
  const { failpoints } = armed('a=error:disk full');
  expect(() => failpoints.hit('a')).toThrow(new FailpointError('a', 'disk full'));
});
