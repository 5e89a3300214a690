import { expect, test } from 'vitest';
import { change } from '../world/connection.fixture.ts';
import { Distortion } from './distortion.ts';
import type { FaultKind } from './fault.ts';

function distortion() {
  const armed = new Set<string>();
  const has = (kind: FaultKind, conduit: string) => armed.has(`${kind} ${conduit}`);
  return { armed, it: new Distortion({ has }) };
}

const one = change('update', 'a');
const two = change('update', 'b');
const three = change('delete', 'a');

test('without faults every change is told once', () => {
  const { it } = distortion();
  expect(it.told(one)).toEqual([one]);
  expect(it.released()).toEqual([]);
});

test('a dropped change is never told', () => {
  const { it, armed } = distortion();
  armed.add('drop_events edge');
  expect(it.told(one)).toBeUndefined();
  armed.clear();
  expect(it.told(two)).toEqual([two]);
});

test('a doubled change is told twice', () => {
  const { it, armed } = distortion();
  armed.add('duplicate_events edge');
  expect(it.told(one)).toEqual([one, one]);
});

test('of every two changes the second is told first', () => {
  const { it, armed } = distortion();
  armed.add('reorder_events edge');
  expect([one, two, three].map((each) => it.told(each))).toEqual([[], [two, one], []]);
  expect(it.released()).toEqual([]);
});

test('what was held back is told in its place when the fault is cleared', () => {
  const { it, armed } = distortion();
  armed.add('reorder_events edge');
  it.told(one);
  armed.clear();
  expect(it.told(three)).toEqual([one, three]);
  armed.add('reorder_events edge');
  it.told(two);
  armed.clear();
  expect(it.released()).toEqual([two]);
  expect(it.released()).toEqual([]);
});

test('a fault strikes the changes of its conduit alone', () => {
  const { it, armed } = distortion();
  armed.add('reorder_events core').add('drop_events other');
  expect(it.told(one)).toEqual([one]);
});
