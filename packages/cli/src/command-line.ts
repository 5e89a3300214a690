// One call of the `syncline` command, from its arguments to its exit code.

import { report } from './failure.ts';
import { createProgram } from './program.ts';
import { calledAddresses } from './session.ts';

// A pipe that closes early (`syncline get / | head`) has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error, calledAddresses());
}
