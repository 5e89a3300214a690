import { expect, test } from 'vitest';
import { UsageError } from './failure.ts';
import { readConduit, readFilter, readStream, streamText } from './stream-name.ts';

const web = { stream: 'web', conduit: 'edge', trench: 'demo' };

test('a stream is named in full, or with its parents as options', () => {
  expect(readStream('web.edge.demo', {})).toEqual(web);
  expect(readStream('web.edge', { trench: 'demo' })).toEqual(web);
  expect(readStream('web', { conduit: 'edge', trench: 'demo' })).toEqual(web);
  expect(readStream('web.edge.demo', { conduit: 'edge' })).toEqual(web);
  expect(readConduit('edge.demo', {})).toEqual({ conduit: 'edge', trench: 'demo' });
  expect(readConduit('edge', { trench: 'demo' })).toEqual({ conduit: 'edge', trench: 'demo' });
});

test('in a filter what is not named is any', () => {
  expect(readFilter(undefined, {})).toEqual({ stream: '', conduit: '', trench: '' });
  expect(readFilter(undefined, { conduit: 'edge' })).toEqual({ stream: '', conduit: 'edge', trench: '' });
  expect(readFilter('web', {})).toEqual({ stream: 'web', conduit: '', trench: '' });
});

test.each([
  ['web', {}, 'stream "web": its conduit is missing; write stream.conduit.trench'],
  ['web.edge', {}, 'stream "web.edge": its trench is missing'],
  ['.edge.demo', {}, 'stream ".edge.demo": its stream is missing'],
  ['web..demo', {}, 'stream "web..demo": its conduit is missing'],
  ['web.edge.demo.default', {}, 'stream "web.edge.demo.default": too many names'],
  ['web.edge.demo', { trench: 'other' }, 'two names for the trench: "demo" and --trench "other"'],
])('%j with %j is refused', (text, options, message) => {
  expect(() => readStream(text, options)).toThrow(UsageError);
  expect(() => readStream(text, options)).toThrow(message);
});

test('a conduit without trench, and one with a stream, is refused', () => {
  expect(() => readConduit('edge', {})).toThrow('conduit "edge": its trench is missing');
  expect(() => readConduit('web.edge.demo', {})).toThrow('conduit "web.edge.demo": too many names');
});

test('a message is written like that, and what is absent is empty', () => {
  expect(streamText({ name: 'web', conduit: { name: 'edge', trench: { name: 'demo' } } })).toBe(
    'web.edge.demo',
  );
  expect(streamText({ name: 'web', conduit: undefined })).toBe('web..');
  expect(streamText(undefined)).toBe('..');
});
