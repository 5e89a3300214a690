import { Stream as TapStream } from '@syncline/proto/ambassador.ts';
import { Conduit, Stream as NspStream } from '@syncline/proto/nsp-model.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { name } from './arbitrary.ts';
import { conduitNameOf, MissingParentError, streamMessage, streamNameOf } from './wire-name.ts';

test('names survive the messages of both packages', () => {
  fc.assert(
    fc.property(fc.record({ trench: name, conduit: name, stream: name }), (it) => {
      for (const codec of [TapStream, NspStream]) {
        const bytes = codec.encode(codec.fromPartial(streamMessage(it))).finish();
        expect(streamNameOf(codec.decode(bytes))).toEqual(it);
      }
    }),
  );
});

test('a parent that is absent is an error with the text of Meridio', () => {
  const withoutTrench = NspStream.fromPartial({ name: 'web', conduit: { name: 'edge' } });
  expect(() => streamNameOf(TapStream.fromPartial({ name: 'web' }))).toThrow('conduit cannot be nil');
  expect(() => streamNameOf(withoutTrench)).toThrow(new MissingParentError('trench'));
  expect(() => conduitNameOf(undefined)).toThrow('conduit cannot be nil');
});

test('a parent that is present without a name is not absent', () => {
  expect(conduitNameOf(Conduit.fromPartial({ name: 'edge', trench: {} }))).toEqual({
    trench: '',
    conduit: 'edge',
  });
});
