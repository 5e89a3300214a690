import { expect, test } from 'vitest';
import { faultNames, readFault } from './fault.ts';

test('every fault can be armed with its name alone, but one that must say what follows', () => {
  const demanding = ['partial-dump', 'advertise-encodings'];
  for (const name of faultNames.filter((each) => !demanding.includes(each))) {
    expect(readFault(name, []).kind).toBeDefined();
  }
});

test('fields are read by their form', () => {
  expect(readFault('stall', ['duration=1500ms'])).toEqual({
    kind: { $case: 'stall', value: { duration: { seconds: 1n, nanos: 500_000_000 } } },
  });
  expect(readFault('cut', ['code=14', 'text=a=b'])).toEqual({
    kind: { $case: 'cut', value: { code: 14, text: 'a=b' } },
  });
  expect(readFault('skew-timestamps', ['offset=-3600000000000', 'alternate=true'])).toEqual({
    kind: { $case: 'skewTimestamps', value: { offset: -3_600_000_000_000n, alternate: true } },
  });
});

test('what is wrong is named', () => {
  expect(() => readFault('nap', [])).toThrow(/"nap" is no fault; there are stall, cut/);
  expect(() => readFault('stall', ['foo=1'])).toThrow('foo: the fault stall has no such field');
  expect(() => readFault('cut', ['14'])).toThrow('14: expected name=value');
  expect(() => readFault('cut', ['code=x'])).toThrow('code "x": expected a whole number');
  expect(() => readFault('partial-dump', ['then=go'])).toThrow('then "go": expected one of cut, stall, sync');
});
