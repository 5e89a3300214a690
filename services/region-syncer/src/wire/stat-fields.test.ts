import { expect, test } from 'vitest';
import { RegionFields, readBlock } from './region-fields.ts';
import { readStat, StatFields } from './stat-fields.ts';
import { plainRegion, runOf } from './wire.fixture.ts';

test('the stat of a block is read as counts', () => {
  const stat = { bytesWritten: 2n ** 40n, bytesRead: 2n, keysWritten: 2n ** 32n - 1n, keysRead: 0n };
  const region = plainRegion(7n, 'a', 'b');
  const block = runOf([{ region, stat, leader: undefined, buckets: undefined }]);
  const fields = new RegionFields();
  readBlock(block, 0, block.length, fields);
  const read = new StatFields();
  readStat(block, fields.statStart, fields.statStop, read);
  expect(read).toMatchObject({ bytesWritten: 2 ** 40, bytesRead: 2, keysWritten: 2 ** 32 - 1, keysRead: 0 });
  readStat(block, 0, 0, read);
  expect(read).toMatchObject({ bytesWritten: 0, bytesRead: 0, keysWritten: 0, keysRead: 0 });
});
