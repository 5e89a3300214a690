import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Notification } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { LeafBoard } from '../../scripts/up/leaf-board.ts';

function notification(values: Record<string, number>, deleted: readonly string[] = []): Notification {
  return Notification.create({
    update: Object.entries(values).map(([path, value]) => ({
      path: toProto(parsePath(path)),
      val: { value: { $case: 'intVal', value: BigInt(value) } },
    })),
    delete: deleted.map((path) => toProto(parsePath(path))),
  });
}

test('only leaves that changed are shown, the latest, by path', () => {
  const board = new LeafBoard(100);
  board.known(notification({ '/a': 1, '/b': 1, '/c': 1, '/d': 1 }));
  board.take(notification({ '/d': 2 }), 10);
  board.take(notification({ '/c': 2 }), 20);
  board.take(notification({ '/b': 2 }, ['/d']), 30);
  expect(board.latest(2).map(({ path, value }) => `${path} ${value}`)).toEqual(['/b 2', '/d (deleted)']);
  expect(board.latest(10).map(({ path, changes }) => `${path} ${changes}`)).toEqual(['/b 1', '/c 1', '/d 2']);
  expect(board.changes).toBe(4);
});

test('it remembers as many leaves as it may', () => {
  const board = new LeafBoard(2);
  board.take(notification({ '/a': 1, '/b': 1, '/c': 1 }), 10);
  expect(board.latest(10).map(({ path }) => path)).toEqual(['/b', '/c']);
});
