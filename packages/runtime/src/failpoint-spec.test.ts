import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArmedFault, type Fault, failpointProblems, parseFailpoints } from './failpoint-spec.ts';

const points = ['commit.before', 'commit.after', 'store.open', 'main.tick'];

test('every action is read, with its argument and hit', () => {
  const spec =
    'commit.before=kill@3; commit.after=block:2000;store.open=error:disk full;main.tick=block:3000@5;';
  expect(parseFailpoints(spec, points)).toEqual([
    { point: 'commit.before', fault: { kind: 'kill' }, onHit: 3 },
    { point: 'commit.after', fault: { kind: 'block', ms: 2000 }, onHit: undefined },
    { point: 'store.open', fault: { kind: 'error', message: 'disk full' }, onHit: undefined },
    { point: 'main.tick', fault: { kind: 'block', ms: 3000 }, onHit: 5 },
  ]);
  expect(parseFailpoints('', points)).toEqual([]);
});

test('arguments that may be left out have a meaning', () => {
  const faults = parseFailpoints('commit.before=block;store.open=error;main.tick=exit', points);
  expect(faults.map(({ fault }) => fault)).toEqual([
    { kind: 'block', ms: Number.POSITIVE_INFINITY },
    { kind: 'error', message: 'failpoint store.open' },
    { kind: 'exit', code: 1 },
  ]);
});

test('what is wrong can be asked without arming anything', () => {
  expect(failpointProblems('commit.before=kill', points)).toEqual([]);
  expect(failpointProblems('comit.before=kill;store.open', points)).toHaveLength(2);
});

test('all problems are listed at once', () => {
  const spec =
    'comit.before=kill;store.open;commit.before=explode;commit.after=block:;main.tick=kill@0;' +
    'store.open=block:soon;commit.before=exit:256;commit.before=kill:9;main.tick=block:5;main.tick=error';
  expect(() => parseFailpoints(spec, points)).toThrow(
    [
      'failpoints: "comit.before" is not a failpoint (commit.before, commit.after, store.open, main.tick)',
      '"store.open" is not point=action[:argument][@n]',
      '"commit.before=explode": "explode" is not an action (kill, exit, block, error)',
      '"commit.after=block:": block takes a whole number of milliseconds',
      '"main.tick=kill@0": @n must be a whole number from 1',
      '"store.open=block:soon": block takes a whole number of milliseconds',
      '"commit.before=exit:256": exit takes a code from 0 to 255',
      '"commit.before=kill:9": kill takes no argument',
      '"main.tick" is set twice',
    ].join('; '),
  );
});

test('what is written is what is read', () => {
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.constant({ kind: 'kill' as const }),
    fc.record({ kind: fc.constant('exit' as const), code: fc.nat(255) }),
    fc.record({ kind: fc.constant('block' as const), ms: fc.nat() }),
    fc.record({ kind: fc.constant('error' as const), message: fc.stringMatching(/^[^@;\s]*$/) }),
  );
  const onHit = fc.option(fc.integer({ min: 1 }), { nil: undefined });
  const armed = fc.uniqueArray(fc.record({ point: fc.constantFrom(...points), fault, onHit }), {
    selector: ({ point }) => point,
  });
  fc.assert(
    fc.property(armed, (faults) => {
      expect(parseFailpoints(write(faults), points)).toEqual(faults);
    }),
  );
});

function write(faults: readonly ArmedFault[]): string {
  return faults
    .map(({ point, fault: { kind, ...rest }, onHit }) => {
      const argument = Object.values(rest).map((value) => `:${value}`);
      return `${point}=${kind}${argument.join('')}${onHit === undefined ? '' : `@${onHit}`}`;
    })
    .join(';');
}
