// Starts a stand-in service, prints its process id and is killed at once: nobody is left to clean up.
import { startService } from '../src/service.ts';

const service = await startService({ service: 'stand-in', main: process.argv[2] ?? '' });
process.stdout.write(`${service.pid}\n`, () => process.kill(process.pid, 'SIGKILL'));
