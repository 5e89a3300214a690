import {
  Target_Status as Status,
  Target as TargetMessage,
  TargetResponse,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { aTarget, web } from '../registry/target.fixture.ts';
import { fromRemoved, fromTarget, fromTargetFilter, targetChunk } from './target.ts';

const message = TargetMessage.fromPartial({
  ips: ['172.16.0.5/24'],
  context: { identifier: '1' },
  stream: streamMessage(web),
});

test('absent status and type are ENABLED and DEFAULT', () => {
  expect(fromTarget(message)).toEqual(aTarget());
});

test('targets survive the wire, and chunks one after the other are one list', () => {
  const targets = [
    aTarget(['10.0.0.2/24', '10.0.0.1/24'], { status: 'disabled' }),
    aTarget(['host'], { type: 'frontend', stream: { trench: '', conduit: '', stream: '' } }),
  ];
  const list = TargetResponse.decode(Buffer.concat(targets.map(targetChunk)));
  expect(list.targets.map(fromTarget)).toEqual(targets);
  expect(TargetResponse.decode(Buffer.concat([]))).toEqual({ targets: [] });
});

test('a target that did not change is encoded once', () => {
  const target = aTarget();
  expect(targetChunk(target)).toBe(targetChunk(target));
});

test.each([
  [{ ...message, status: Status.ANY }, 'status "2": must be ENABLED (0) or DISABLED (1)'],
  [{ ...message, status: 7 as Status }, 'status "7": must be'],
  [{ ...message, status: -1 as Status }, 'status "-1": must be'],
  [{ ...message, type: 2 as Type }, 'type "2": must be DEFAULT (0) or FRONTEND (1)'],
])('a number that is none of a target is refused: %#', (given, problem) => {
  expect(() => fromTarget(given)).toThrow(problem);
});

test('of a target that is removed only the key counts', () => {
  expect(fromRemoved({ ...message, status: Status.ANY, context: { identifier: 'x' } })?.key).toBe(
    aTarget().key,
  );
  expect(fromRemoved({ ...message, type: 9 as Type })).toBeUndefined();
});

test('a filter: absent parents match all, numbers that are none match nothing', () => {
  const any = { trench: '', conduit: '', stream: '' };
  expect(fromTargetFilter(TargetMessage.fromPartial({}))).toEqual({
    status: 'enabled',
    type: 'default',
    stream: any,
  });
  expect(fromTargetFilter(TargetMessage.fromPartial({ status: Status.ANY, type: Type.FRONTEND }))).toEqual({
    status: 'any',
    type: 'frontend',
    stream: any,
  });
  expect(fromTargetFilter({ ...message, status: 9 as Status, type: 9 as Type })).toEqual({
    status: 'none',
    type: 'none',
    stream: web,
  });
});
