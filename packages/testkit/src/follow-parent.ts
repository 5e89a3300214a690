// Preloaded into every process the testkit starts. The parent holds the other end of stdin, and writes steps of the
// wall clock alone: when that pipe ends the parent is gone, however it died, and this process must not outlive it.

process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.on('error', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
process.stdin.unref();
