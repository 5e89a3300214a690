import { expect, test } from 'vitest';
import { Listeners } from './listeners.ts';

test('all are told, in the order in which they came, until each has had enough', () => {
  const listeners = new Listeners<[number]>();
  const heard: string[] = [];
  const end = listeners.add((n) => heard.push(`a ${n}`));
  listeners.add((n) => heard.push(`b ${n}`));
  listeners.tell(1);
  end();
  end();
  listeners.tell(2);
  expect(heard).toEqual(['a 1', 'b 1', 'b 2']);
});
