import { expect, test } from 'vitest';
import { FailpointError, Failpoints } from './failpoint.ts';

const points = ['a', 'b'] as const;

function armed(spec: string) {
  const performed: string[] = [];
  const failpoints = new Failpoints(points, spec, {
    kill: () => void performed.push('kill'),
    exit: (code) => void performed.push(`exit ${code}`),
    block: (ms) => void performed.push(`block ${ms}`),
    hang(ms) {
      performed.push(`hang ${ms}`);
      return Promise.resolve();
    },
  });
  return { failpoints, performed };
}

test('a point that is not armed does nothing', async () => {
  const { failpoints, performed } = armed('a=kill');
  failpoints.hit('b');
  await failpoints.hitAsync('b');
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

test('a hang holds the caller in asynchronous code and the thread in synchronous code', async () => {
  const { failpoints, performed } = armed('a=hang:20;b=block:30');
  await failpoints.hitAsync('a');
  failpoints.hit('a');
  await failpoints.hitAsync('b');
  failpoints.hit('b');
  expect(performed).toEqual(['hang 20', 'block 20', 'block 30', 'block 30']);
});

test('an error is thrown with its point', async () => {
  const { failpoints } = armed('a=error:disk full');
  expect(() => failpoints.hit('a')).toThrow(new FailpointError('a', 'disk full'));
  await expect(failpoints.hitAsync('a')).rejects.toThrow(FailpointError);
});
