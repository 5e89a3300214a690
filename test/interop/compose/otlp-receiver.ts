// Stands in for Jaeger where its image cannot be had: takes spans over OTLP and says for each batch how large it was.

import { createServer } from 'node:http';

createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  request.on('end', () => {
    console.log(`${request.method} ${request.url} ${bytes} bytes`);
    response.end();
  });
}).listen(4318);
