import { Writable } from 'node:stream';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { expect, test } from 'vitest';
import { Refusals } from './refusals.ts';

const lines: unknown[] = [];
const destination = new Writable({
  write(chunk: Buffer, _, done) {
    lines.push(JSON.parse(chunk.toString()));
    done();
  },
});
const logger = createLogger({ service: 'test', instance: 'test', level: 'warn', destination });

const refused = (name: string) => ({ row: `flow ${name}`, field: 'protocol', reason: 'not one' });

test('a refusal is logged and counted once, for as long as it is said', () => {
  const refusals = new Refusals(logger);
  expect(refusals.note('flows', [refused('a')])).toBe(true);
  expect(refusals.note('flows', [refused('a'), refused('b')])).toBe(true);
  expect(refusals.note('flows', [refused('b'), refused('a')])).toBe(false);
  expect(refusals.present('flows')).toBe(2);
  expect(refusals.present('targets')).toBe(0);
  expect(refusals.totals).toEqual(new Map([['protocol', 2]]));
  expect(refusals.note('flows', [])).toBe(true);
  expect(refusals.present('flows')).toBe(0);
  refusals.note('flows', [refused('a')]);
  expect(refusals.totals).toEqual(new Map([['protocol', 3]]));
  expect(lines).toMatchObject([{ row: 'flow a' }, { row: 'flow b' }, { row: 'flow a' }]);
});

test('the rows that are refused now are listed by kind, up to a bound', () => {
  const refusals = new Refusals(logger);
  refusals.note('targets', [refused('t')]);
  refusals.note('flows', ['a', 'b'].map(refused));
  refusals.note('flows', ['b', 'c'].map(refused));
  expect(refusals.rows(10)).toEqual({ first: [refused('b'), refused('c'), refused('t')], count: 3 });
  expect(refusals.rows(1)).toEqual({ first: [refused('b')], count: 3 });
});

test('of a list full of refusals twenty are logged, and how many more there are', () => {
  lines.length = 0;
  const names = Array.from({ length: 30 }, (_, i) => `f${i}`);
  new Refusals(logger).note('flows', names.map(refused));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toMatchObject({ kind: 'flows', rows: 10 });
});
