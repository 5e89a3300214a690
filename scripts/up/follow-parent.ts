// Preloaded into the services that `make up` starts. The parent holds the other end of stdin and never writes: when
// that pipe ends the parent is gone, however it died, and the service stops too.

import { Socket } from 'node:net';

const parent = new Socket({ fd: 0, readable: true, writable: false });
parent.on('close', () => process.kill(process.pid, 'SIGTERM'));
parent.on('error', () => process.kill(process.pid, 'SIGTERM'));
parent.resume();
parent.unref();
