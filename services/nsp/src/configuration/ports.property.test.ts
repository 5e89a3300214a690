import { parsePortRange } from '@syncline/trench/port-range.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkPortRanges } from './ports.ts';
import { Problems } from './problem.ts';

const port = fc.nat({ max: 30 });
const range = fc.oneof(
  port.map(String),
  fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
);

test('a list is well exactly when no port is in two of its ranges', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const problems = new Problems();
      checkPortRanges(
        ranges.map((text, n) => ({ text, line: 1, field: `ports[${n}]` })),
        problems,
      );
      const times = new Map<number, number>();
      for (const text of ranges) {
        const { first, last } = parsePortRange(text, 'ports');
        for (let each = first; each <= last; each++) times.set(each, (times.get(each) ?? 0) + 1);
      }
      expect(problems.found.length === 0).toBe([...times.values()].every((n) => n === 1));
    }),
  );
});
