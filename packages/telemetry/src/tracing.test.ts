import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { tracesWanted } from './tracing.ts';

test('traces are wanted only when there is somewhere to send them', () => {
  expect(tracesWanted({})).toBe(false);
  expect(tracesWanted({ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe(false);
  expect(tracesWanted({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toBe(true);
  expect(tracesWanted({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' })).toBe(true);
});

test('a process that was loaded with register.ts exports its spans before it ends', async () => {
  const received: { path: string | undefined; type: string | undefined; body: Buffer }[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url,
        type: request.headers['content-type'],
        body: Buffer.concat(chunks),
      });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const tracer = new URL('tracer.ts', import.meta.url).href;
  const script = `import { tracer } from '${tracer}'; tracer.startSpan('the work').end();`;
  const child = spawn(
    process.execPath,
    ['--import', new URL('register.ts', import.meta.url).href, '--input-type=module', '--eval', script],
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: 'ipam' }, stdio: 'inherit' },
  );
  const [code] = (await once(child, 'close')) as [number];
  collector.close();
  expect(code).toBe(0);
  expect(received).toMatchObject([{ path: '/v1/traces', type: 'application/x-protobuf' }]);
  expect(received[0]?.body.includes('the work')).toBe(true);
  expect(received[0]?.body.includes('ipam')).toBe(true);
});
