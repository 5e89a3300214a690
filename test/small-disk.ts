// Disks that are soon full: one of its own for tests that may mount one, and a bound on files for those that may not.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own. Disposing unmounts it, whoever still uses it. */
export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts one of so many MiB; undefined where this user may not. */
  static mount(mebibytes: number): SmallDisk | undefined {
    const path = mkdtempSync('/var/tmp/syncline-small-disk-');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path], { stdio: 'ignore' });
      return new SmallDisk(path);
    } catch {
      rmSync(path, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Fills it until so many bytes are left. */
  fill(leaving: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - leaving)));
  }

  /** Takes away what filled it. */
  makeRoom(): void {
    rmSync(this.#filler);
  }

  /** A directory on it, made. */
  directory(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** No file can be written beyond so many bytes by this process, until it is disposed of. Linux alone. */
export class FileBound implements Disposable {
  readonly #before: string;

  constructor(bytes: number) {
    this.#before = limits('--fsize', '--output=SOFT', '--noheadings', '--raw').trim();
    limits(`--fsize=${bytes}:`);
  }

  [Symbol.dispose](): void {
    limits(`--fsize=${this.#before}:`);
  }
}

function limits(...options: readonly string[]): string {
  return execFileSync('prlimit', [`--pid=${process.pid}`, ...options], { encoding: 'utf8' });
}
