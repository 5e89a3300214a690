// The end of a process that is not to wait for anything. process.exit joins the threads, and so returns only when a
// system call of theirs does, such as an fsync to a disk that does not answer; no signal handler or timer runs then.

import { spawn } from 'node:child_process';

/** What process.exit has before the process is killed. */
const exitGrace = '1'; // seconds, as sleep(1) takes them

/**
 * From here on the process has a second to end by itself; then it ends with SIGKILL, whatever its threads do. As
 * process 1 of a container it cannot be killed from inside: there it needs an init, or ends when the runtime kills it.
 */
export function endWithinASecond(): void {
  // The pipe breaks when this process ends: then nobody is killed who has got its id since.
  const script = `(sleep ${exitGrace}; kill -9 ${process.pid}) & read -r _; kill $!`;
  const killer = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without a shell, or when no process can be made: the exit code is lost, the end is not.
  if (killer.pid === undefined) process.kill(process.pid, 'SIGKILL');
}
