import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Told } from '../core/host.ts';
import { Backpressure } from '../northbound/backpressure.ts';
import { Ingest, type IngestOptions } from './ingest.ts';

const reader = {};

/** An ingest whose messages to the core are kept, a source that notes when it is held back, and its readers. */
function harness(options: Partial<IngestOptions> = {}) {
  const clock = new VirtualClock();
  const readers = new Backpressure(clock, 20);
  const sent: string[] = [];
  const source = {
    held: false,
    pause() {
      source.held = true;
    },
    resume() {
      source.held = false;
    },
  };
  const idle = { times: 0 };
  const ingest = new Ingest({
    datastore: 7,
    sync: 3,
    highWaterBytes: 32,
    clock,
    onIdle: () => {
      idle.times += 1;
    },
    send: (message) => sent.push(shown(message)),
    hold: (go) => readers.hold(go),
    ...options,
  });
  return { clock, readers, sent, source, idle, ingest };
}

function shown(message: Told): string {
  if (message.kind === 'ingest') return `${message.epoch}:${texts(message.chunk).join(',')}`;
  return 'epoch' in message ? `${message.kind} ${message.epoch}` : message.kind;
}

function texts(chunk: ArrayBuffer): string[] {
  const bytes = Buffer.from(chunk);
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    found.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

const text = (value: string) => Buffer.from(value);

test('the first message leaves at once, the rest together as soon as the core has taken it', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b', '', 'c']) ingest.append(text(message));
  expect(sent).toEqual(['begin 1', '1:a']);
  ingest.ingested();
  expect(sent.slice(2)).toEqual(['1:b,,c']);
});

test('beyond the high-water mark the stream is held back until what waits has left, and the time is counted', () => {
  const { ingest, clock, source } = harness();
  ingest.begin(1, source);
  ingest.append(text('first'));
  ingest.append(text('x'.repeat(28)));
  expect(source.held).toBe(false);
  ingest.append(text('y'));
  expect(source.held).toBe(true);
  clock.advance(250);
  expect(ingest.pausedMs).toBe(250);
  ingest.ingested();
  clock.advance(1000);
  expect([source.held, ingest.pausedMs]).toEqual([false, 250]);
});

test('a message longer than everything is taken whole', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  ingest.append(text('a'));
  const long = 'z'.repeat(3_000_000);
  ingest.append(text(long));
  ingest.ingested();
  ingest.append(text('b'));
  ingest.ingested();
  expect(sent.slice(1)).toEqual(['1:a', `1:${long}`, '1:b']);
});

test('a stream that is over sends what it has before the end of its epoch', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b']) ingest.append(text(message));
  ingest.finish();
  expect(sent).toEqual(['begin 1', '1:a']);
  ingest.ingested();
  expect(sent.slice(2)).toEqual(['1:b', 'end 1']);
});

test('with nothing waiting the end follows at once, behind the batch under way', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  ingest.append(text('a'));
  ingest.finish();
  ingest.finish();
  expect(sent).toEqual(['begin 1', '1:a', 'end 1']);
});

test('a new epoch supersedes what the old one has not sent, and waits for the batch under way', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'lost with its epoch']) ingest.append(text(message));
  ingest.finish();
  ingest.begin(2, source);
  ingest.append(text('c'));
  expect(sent).toEqual(['begin 1', '1:a', 'end 1', 'begin 2']);
  ingest.ingested();
  expect(sent.slice(4)).toEqual(['2:c']);
});

test('a stream that was held back when it ended does not hold back its successor', () => {
  const { ingest, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b'.repeat(40)]) ingest.append(text(message));
  ingest.finish();
  const next = { ...source, held: false };
  ingest.begin(2, next);
  expect(next.held).toBe(false);
  expect(ingest.pausedMs).toBe(0);
});

test('idle is told each time the core has read everything', () => {
  const { ingest, idle, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b']) ingest.append(text(message));
  ingest.ingested();
  expect([idle.times, ingest.idle]).toEqual([0, false]);
  ingest.ingested();
  expect([idle.times, ingest.idle]).toEqual([1, true]);
});

test('a core that is gone owes no credit: the next epoch begins fresh', () => {
  const { ingest, sent, source } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b']) ingest.append(text(message));
  ingest.forget();
  ingest.begin(2, source);
  ingest.append(text('c'));
  expect(sent).toEqual(['begin 1', '1:a', 'begin 2', '2:c']);
});

test('a batch carries its span, which ends when the core has taken it', () => {
  const open: string[] = [];
  const { ingest, sent, source } = harness({
    send: (message) => message.kind === 'ingest' && sent.push(message.trace ?? 'none'),
    trace: (epoch, bytes) => {
      const traceparent = `${epoch}/${bytes}`;
      open.push(traceparent);
      return { traceparent, end: () => open.splice(open.indexOf(traceparent), 1) };
    },
  });
  ingest.begin(1, source);
  ingest.append(text('abc'));
  expect([open, sent]).toEqual([['1/7'], ['1/7']]);
  ingest.ingested();
  expect(open).toEqual([]);
});

test('while readers are waited for, what arrives gathers, and leaves as one batch when they have read', () => {
  const { ingest, readers, sent, source, idle } = harness();
  ingest.begin(1, source);
  for (const message of ['a', 'b']) ingest.append(text(message));
  readers.filled(reader);
  ingest.ingested();
  ingest.append(text('c'));
  expect(sent).toEqual(['begin 1', '1:a']);
  readers.emptied(reader);
  expect(sent.slice(2)).toEqual(['1:b,c']);
  ingest.ingested();
  expect([idle.times, ingest.idle]).toEqual([1, true]);
});

test('readers hold back the stream beyond the high-water mark, as the core does, and no longer than allowed', () => {
  const { ingest, readers, clock, sent, source } = harness();
  ingest.begin(1, source);
  readers.filled(reader);
  ingest.append(text('a'));
  ingest.append(text('b'.repeat(40)));
  expect(source.held).toBe(true);
  clock.advance(20);
  expect(sent).toEqual(['begin 1', `1:a,${'b'.repeat(40)}`]);
  expect([source.held, ingest.pausedMs]).toEqual([false, 20]);
  ingest.append(text('c'));
  ingest.ingested();
  expect(sent.at(-1)).toBe('1:c');
});

test('a stream that ends while readers are waited for is complete when they have read', () => {
  const { ingest, readers, clock, sent, source } = harness();
  ingest.begin(1, source);
  readers.filled(reader);
  ingest.append(text('a'));
  ingest.finish();
  expect([sent, ingest.idle]).toEqual([['begin 1'], false]);
  clock.advance(20);
  expect(sent).toEqual(['begin 1', '1:a', 'end 1']);
  expect(clock.pending).toBe(0);
});

test('a new epoch, or the loss of the core, ends the wait for readers with what was waiting', () => {
  const { ingest, readers, clock, sent, source } = harness();
  ingest.begin(1, source);
  readers.filled(reader);
  ingest.append(text('superseded'));
  ingest.begin(2, source);
  expect(clock.pending).toBe(0);
  ingest.append(text('lost'));
  expect(clock.pending).toBe(1);
  ingest.forget();
  expect(clock.pending).toBe(0);
  readers.emptied(reader);
  ingest.begin(3, source);
  ingest.append(text('a'));
  expect(sent).toEqual(['begin 1', 'end 1', 'begin 2', 'begin 3', '3:a']);
});

test('whatever the sizes and the core’s and the readers’ pace, messages arrive whole, once and in order', () => {
  const step = fc.oneof(
    fc.record({ append: fc.string({ maxLength: 60 }) }),
    fc.constant({ taken: true as const }),
    fc.constantFrom('filled' as const, 'emptied' as const),
    fc.record({ ms: fc.integer({ min: 0, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const got: string[] = [];
      let underWay = 0;
      const { ingest, readers, clock, source } = harness({
        send(message) {
          if (message.kind !== 'ingest') return;
          underWay += 1;
          expect(underWay).toBe(1);
          got.push(...texts(message.chunk));
        },
      });
      const taken = () => {
        if (underWay === 0) return;
        underWay -= 1;
        ingest.ingested();
      };
      const given: string[] = [];
      ingest.begin(1, source);
      for (const each of steps) {
        if (typeof each === 'string') readers[each](reader);
        else if ('taken' in each) taken();
        else if ('ms' in each) clock.advance(each.ms);
        else {
          given.push(each.append);
          ingest.append(text(each.append));
        }
      }
      while (!ingest.idle) {
        clock.advance(20);
        taken();
      }
      expect(got).toEqual(given);
      expect([source.held, clock.pending]).toEqual([false, 0]);
    }),
  );
});
