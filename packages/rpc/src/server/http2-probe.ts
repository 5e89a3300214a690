// Tries, over an in-process connection, everything raw streams assume about grpc-js: that the HTTP/2 stream can be
// found, that frames written to it reach the client, and that the status still follows them.

import { connect, type IncomingHttpHeaders } from 'node:http2';
import { duplexPair } from 'node:stream';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { frame } from '../frame.ts';
import { asIs } from '../identity-codec.ts';
import { http2StreamOf } from './http2-stream.ts';

// In-process and without I/O: anything near this is a failure.
const timeoutMs = 1_000;

/** Whether framed writes work with the grpc-js that is installed. */
export async function framedWritesWork(): Promise<boolean> {
  const sent = Buffer.concat([frame(Buffer.from('one')), frame(Buffer.from('two'))]);
  const outcome = Promise.withResolvers<boolean>();
  const fails = () => outcome.resolve(false);
  const server = new Server({ 'grpc.enable_channelz': 0 });
  const handler = (call: ServerDuplexStream<Buffer, Buffer>) => {
    const stream = http2StreamOf(call);
    if (stream === undefined) return fails();
    call.sendMetadata(new Metadata());
    stream.write(sent);
    call.end();
  };
  server.register('/probe/Probe', handler, asIs, asIs, 'bidi');
  const [near, far] = duplexPair();
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(far);
  const session = connect('http://probe', { createConnection: () => near }).on('error', fails);
  const received: Buffer[] = [];
  const headers = { ':method': 'POST', ':path': '/probe/Probe', 'content-type': 'application/grpc' };
  session
    .request(headers, { endStream: false })
    .on('error', fails)
    .on('close', fails)
    .on('data', (chunk: Buffer) => received.push(chunk))
    .on('trailers', (trailers: IncomingHttpHeaders) => {
      outcome.resolve(trailers['grpc-status'] === '0' && Buffer.concat(received).equals(sent));
    });
  const timeout = setTimeout(fails, timeoutMs);
  try {
    return await outcome.promise;
  } finally {
    clearTimeout(timeout);
    session.destroy();
    server.forceShutdown();
  }
}
