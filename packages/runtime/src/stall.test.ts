import { expect, test } from 'vitest';
import { Stall } from './stall.ts';

test('with nothing waiting there is no stall, however long that is', () => {
  const stall = new Stall();
  expect(stall.look(0, 500, 0)).toBe(0);
  expect(stall.look(60_000, 500, 0)).toBe(0);
});

test('a stall lasts from when something was first seen to wait', () => {
  const stall = new Stall();
  stall.look(0, 0, 0);
  expect(stall.look(1_000, 100, 100)).toBe(0);
  expect(stall.look(3_000, 300, 300)).toBe(2_000);
});

test('the smallest progress ends it', () => {
  const stall = new Stall();
  stall.look(0, 100, 100);
  expect(stall.look(50_000, 100, 99)).toBe(0);
  expect(stall.look(70_000, 100, 99)).toBe(20_000);
});

test('progress counts when as much is added as was done', () => {
  const stall = new Stall();
  stall.look(0, 100, 100);
  expect(stall.look(10_000, 150, 100)).toBe(0);
});
