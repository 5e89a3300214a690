// The code under proto/gen: `generate` writes it, `check` lints the sources and tells whether it is what they
// generate now, byte for byte. Needs neither git nor the network.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const proto = join(root, 'proto');
const bin = join(root, 'node_modules', '.bin');

/** Runs buf in proto/, its plugin on the pinned Node. Its own messages say what is wrong. */
function buf(...args: string[]): boolean {
  const { status, error } = spawnSync(join(bin, 'buf'), args, {
    cwd: proto,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  if (error) throw error;
  return status === 0;
}

/**
 * Replaces `dir`/gen: our messages, the descriptor set that reflection serves, and from that set the well-known
 * types in use, so gen/ imports only the runtime. The set carries no comments, as theirs are Google's text.
 * The descriptor that gnmi.proto extends is no code of ours.
 */
function generateInto(dir: string): boolean {
  const suite = join(dir, 'gen', 'suite.binpb');
  const google = ['--path', 'google/protobuf', '--exclude-path', 'google/protobuf/descriptor.proto'];
  return (
    buf('generate', '--clean', '--output', dir) &&
    buf('build', '--as-file-descriptor-set', '--exclude-source-info', '--output', suite) &&
    buf('generate', suite, ...google, '--output', dir)
  );
}

/** Every file below `dir`, by its path from there; none when there is no `dir`. */
function contents(dir: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  if (!existsSync(dir)) return files;
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(dir, path), readFileSync(path));
  }
  return files;
}

function drift(committed: Map<string, Buffer>, fresh: Map<string, Buffer>): string[] {
  const lines: string[] = [];
  for (const [path, bytes] of fresh) {
    const old = committed.get(path);
    if (!old) lines.push(`missing  ${path}`);
    else if (!old.equals(bytes)) lines.push(`changed  ${path}`);
  }
  for (const path of committed.keys()) if (!fresh.has(path)) lines.push(`surplus  ${path}`);
  return lines.sort();
}

function check(): boolean {
  if (!buf('lint')) return false;
  const dir = mkdtempSync(join(tmpdir(), 'syncline-proto-'));
  try {
    if (!generateInto(dir)) return false;
    const gen = join(proto, 'gen');
    const lines = drift(contents(gen), contents(join(dir, 'gen')));
    if (lines.length === 0) return true;
    console.error(`proto/gen is not what the sources generate; run \`npm run proto\`\n${lines.join('\n')}`);
    return false;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const command = process.argv[2];
if (command === 'generate') process.exitCode = generateInto(proto) ? 0 : 1;
else if (command === 'check') process.exitCode = check() ? 0 : 1;
else {
  console.error('usage: node scripts/proto.ts generate|check');
  process.exitCode = 2;
}
