import { GetResponse, SubscribeResponse } from '@syncline/proto/gnmi.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { expect, test } from 'vitest';
import { asSubscribeResponses } from './get-answer.ts';

const notification = (name: string) => ({
  timestamp: 5n,
  update: [{ path: { elem: [{ name }] }, val: { value: { $case: 'uintVal' as const, value: 7n } } }],
});

function read(answer: Uint8Array) {
  const responses: SubscribeResponse[] = [];
  asSubscribeResponses(answer, (message) => responses.push(SubscribeResponse.decode(message)));
  return responses.map(({ response }) => response);
}

test('each notification of a Get becomes an update, and a sync_response ends them', () => {
  const answer = GetResponse.fromPartial({
    notification: [notification('a'), notification('b')],
    extension: [{ ext: { $case: 'depth', value: { level: 1 } } }],
  });
  const responses = read(GetResponse.encode(answer).finish());
  expect(responses).toEqual([
    { $case: 'update', value: answer.notification[0] },
    { $case: 'update', value: answer.notification[1] },
    { $case: 'syncResponse', value: true },
  ]);
});

test('an empty answer is a complete tree: it holds nothing', () => {
  expect(read(new Uint8Array(0))).toEqual([{ $case: 'syncResponse', value: true }]);
});

test('an answer that cannot be read gives nothing at all', () => {
  const answer = GetResponse.encode(GetResponse.fromPartial({ notification: [notification('a')] })).finish();
  const cut = Uint8Array.of(...answer, 0x0a, 0x7f);
  expect(() => asSubscribeResponses(cut, () => expect.fail('a message was given'))).toThrow(WireError);
});
