import { PassThrough } from 'node:stream';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { expect, test } from 'vitest';
import { ConduitRows } from './conduit-rows.ts';

test('a conduit without a trench is left out of its list, and logged when it is new', () => {
  const destination = new PassThrough();
  const rows = new ConduitRows(
    createLogger({ service: 'ipam', instance: 'test', level: 'warn', destination }),
  );
  const edge = { name: 'edge', trench: { name: 'demo' } };
  const named = [{ trench: 'demo', conduit: 'edge' }];

  expect(rows.namesOf([edge])).toEqual(named);
  expect(destination.read()).toBeNull();
  expect(rows.namesOf([{ name: 'bare' }, edge])).toEqual(named);
  expect(String(destination.read())).toContain('"conduits":1');
  expect(rows.namesOf([{ name: 'bare' }, edge])).toEqual(named);
  expect(destination.read()).toBeNull();
  expect(rows.namesOf([edge])).toEqual(named);
  expect(rows.namesOf([edge, { name: 'bare' }])).toEqual(named);
  expect(String(destination.read())).toContain('without a trench');
});
