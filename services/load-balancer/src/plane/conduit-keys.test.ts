import { conduitKey } from '@syncline/trench/stream-name.ts';
import { expect, test } from 'vitest';
import { ConduitKeys } from './conduit-keys.ts';

test('a conduit that is there has its key each time, any other has none', () => {
  const edge = { trench: 'demo', conduit: 'edge' };
  const core = { trench: 'demo', conduit: 'core' };
  const keys = new ConduitKeys(new Set([conduitKey(edge), conduitKey(core)]));
  const found = [edge, core, edge, core].map((name) => keys.keyOf(name));
  expect(found).toEqual([edge, core, edge, core].map(conduitKey));
  for (const name of [
    { trench: 'edge', conduit: 'demo' },
    { trench: 'demo', conduit: 'other' },
  ]) {
    expect(keys.keyOf(name)).toBeUndefined();
  }
});
