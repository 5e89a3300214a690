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

test('the order of addresses is that of the moment in which a change is told, also twice', () => {
  const { it, armed } = distortion();
  const four = change('update', 'a', '20.0.0.1/32');
  armed.add('reorder_events edge').add('duplicate_events edge');
  it.told(four);
  armed.delete('reorder_events edge');
  armed.add('permute_addresses edge');
  const [told, again] = it.released();
  expect(told?.connection.context.ipContext.srcIpAddrs).toEqual(['20.0.0.1/32', '10.0.0.2/24']);
  expect(again).toBe(told);
});

test('a fault strikes the changes of its conduit alone', () => {
  const { it, armed } = distortion();
  armed.add('reorder_events core').add('drop_events other');
  expect(it.told(one)).toEqual([one]);
});
