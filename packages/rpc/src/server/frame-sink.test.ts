import { Metadata, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import { frame } from '../frame.ts';
import { asBuffer, asIs } from '../identity-codec.ts';
import { type FrameSink, openFrameSink } from './frame-sink.ts';
import { bind } from './listen.ts';

type Call = ServerDuplexStream<Buffer, Uint8Array>;

const framed = (...messages: readonly Buffer[]) => Buffer.concat(messages.map(frame));

describe.each([
  ['into the HTTP/2 stream', true],
  ['message by message', false],
])('%s', (_, direct) => {
  test('frames arrive as messages in order, wherever they are cut', async () => {
    await using peer = await open((call, sink) => {
      sink.write([framed(Buffer.from('a'), Buffer.from('b'))]);
      const cut = framed(Buffer.from('c'), Buffer.from('d'));
      sink.write([cut.subarray(0, 3), cut.subarray(3, 7), cut.subarray(7)]);
      call.end();
    }, direct);
    expect((await peer.received()).map(String)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what is not on the wire yet is counted, and its end is told once', async () => {
    let drains = 0;
    const queued: number[] = [];
    await using peer = await open((call, sink) => {
      sink.onDrain(() => {
        drains++;
        queued.push(sink.queuedBytes);
        call.end();
      });
      for (let written = 0; written < 8; written++) sink.write([framed(Buffer.alloc(32 * 1024))]);
      queued.push(sink.queuedBytes);
    }, direct);
    expect(await peer.received()).toHaveLength(8);
    expect(drains).toBe(1);
    expect(queued[0]).toBeGreaterThanOrEqual(8 * 32 * 1024);
    expect(queued[1]).toBe(0);
  });

  test('writing after the end is dropped', async () => {
    await using peer = await open((call, sink) => {
      sink.write([framed(Buffer.from('a'))]);
      call.end();
      setImmediate(() => sink.write([framed(Buffer.from('late'))]));
    }, direct);
    expect((await peer.received()).map(String)).toEqual(['a']);
  });
});

async function open(serve: (call: Call, sink: FrameSink) => void, direct: boolean) {
  const server = new Server();
  const handler = (call: Call) => {
    call.sendMetadata(new Metadata());
    serve(call, openFrameSink(call, direct));
  };
  server.register('/test.Sink/Open', handler, asBuffer, asIs, 'bidi');
  const port = await bind(server, '127.0.0.1:0', ServerCredentials.createInsecure(), 'PORT');
  const connection = connect(`127.0.0.1:${port}`, { security: { kind: 'plaintext' } });
  return {
    async received() {
      const messages: Buffer[] = [];
      const stream = connection.raw('/test.Sink/Open');
      const ended = new Promise((resolve) => stream.onEnd(resolve));
      stream.onMessage((message) => messages.push(message));
      await ended;
      return messages;
    },
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      await new Promise((resolve) => server.tryShutdown(resolve));
    },
  };
}
