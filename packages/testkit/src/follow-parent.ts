// Preloaded into every process the testkit starts. The parent holds the other end of stdin and never writes:
// when that pipe ends the parent is gone, however it died, and this process must not outlive it.

import { Socket } from 'node:net';

const parent = new Socket({ fd: 0, readable: true, writable: false });
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
parent.on('error', () => process.kill(process.pid, 'SIGKILL'));
parent.resume();
parent.unref();
