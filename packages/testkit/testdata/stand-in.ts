// Stands in for a service in the testkit's own tests: serves TCP, announces its port, obeys its arguments.
import { createServer, type AddressInfo } from 'node:net';

const [behaviour = 'serve'] = process.argv.slice(2);
if (behaviour === 'fail') {
  console.error('config: SYNCLINE_STAND_IN_COLOUR: "mauve" is not a colour');
  process.exitCode = 2;
} else if (behaviour === 'mute') {
  console.log('starting');
  setInterval(() => {}, 1_000);
} else {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(process.env['SYNCLINE_DATA'] ?? '');
  });
  server.listen(Number(process.env['SYNCLINE_STAND_IN_PORT']), '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ level: 30, msg: 'serving', port, adminPort: port }));
  });
  process.on('SIGTERM', () => {
    if (behaviour === 'stop badly') process.exitCode = 3;
    server.close();
  });
}
