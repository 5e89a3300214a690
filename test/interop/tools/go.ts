// What is built from Go modules, at the versions their go.mod and go.sum name: our own peers with gnmi_cli, grpcurl
// and PD into bin/, where Go makes only what is out of date, and Jaeger into a cache that outlives the checkout.

import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, type Finished, firstLine, run } from '../command.ts';
import { type Availability, broken, missing, ready } from './availability.ts';

const INTEROP = join(import.meta.dirname, '..');
const PD = join(INTEROP, 'pd');
const BIN = join(INTEROP, 'bin');
const DOWNLOAD_MS = 10 * 60_000;
const BUILD_MS = 25 * 60_000;

/** The packages of the module in test/interop, by the name of the program that each becomes. */
export const goPrograms = {
  wirecheck: './wirecheck',
  collector: './collector',
  sink: './sink',
  faketarget: './faketarget',
  meridio: './meridio',
  gnmi_cli: 'github.com/openconfig/gnmi/cmd/gnmi_cli',
  grpcurl: 'github.com/fullstorydev/grpcurl/cmd/grpcurl',
} as const;

export type GoProgram = keyof typeof goPrograms;

/** The same of the module in test/interop/pd: what is made of PD's region syncer and of its stubs. */
export const pdPrograms = {
  'pd-follower': './pd-follower',
  'pd-leader': './pd-leader',
  'pd-stores': './pd-stores',
  'raw-reader': './raw-reader',
} as const;

export type PdProgram = keyof typeof pdPrograms;

// PD's dashboard is a web page of its own, with files that are not in the module.
const pdFlags = ['-tags', 'without_dashboard'];

/** The go command itself. */
export async function findGo(): Promise<Availability> {
  try {
    const { code, stderr } = await run('go', ['version'], { signal: AbortSignal.timeout(30_000) });
    return code === 0 ? ready('go') : missing(`go version failed: ${firstLine(stderr)}`);
  } catch (error) {
    if (error instanceof CommandError && error.absent) return missing('Go is not installed');
    throw error;
  }
}

/** Builds all of goPrograms; the path it gives is the folder that holds them. */
export function buildGoPrograms(): Promise<Availability> {
  return buildIntoBin(INTEROP, Object.values(goPrograms));
}

/** Builds all of pdPrograms, likewise. */
export function buildPdPrograms(): Promise<Availability> {
  return buildIntoBin(PD, Object.values(pdPrograms), pdFlags);
}

/** Builds PD itself, which takes minutes the first time. */
export async function buildPdServer(): Promise<Availability> {
  const folder = await buildIntoBin(PD, ['github.com/tikv/pd/cmd/pd-server'], pdFlags);
  return folder.kind === 'ready' ? ready(join(folder.path, 'pd-server')) : folder;
}

async function buildIntoBin(
  module: string,
  packages: readonly string[],
  flags: readonly string[] = [],
): Promise<Availability> {
  const modules = await download(module);
  if (modules !== undefined) return modules;
  await mkdir(BIN, { recursive: true });
  return build(module, BIN, packages, flags);
}

/** Builds Jaeger all-in-one, unless it has been built before. */
export async function buildJaeger(): Promise<Availability> {
  const folder = join(INTEROP, 'jaeger');
  const module = await readFile(join(folder, 'go.mod'), 'utf8');
  const version = /github\.com\/jaegertracing\/jaeger (v\S+)/.exec(module)?.[1];
  if (version === undefined) return broken('jaeger/go.mod does not name a version of Jaeger');
  const cache = process.env['SYNCLINE_INTEROP_CACHE'] ?? join(homedir(), '.cache', 'syncline-interop');
  const path = join(cache, `jaeger-all-in-one-${version}`);
  if (await exists(path)) return ready(path);

  const modules = await download(folder);
  if (modules !== undefined) return modules;
  await mkdir(cache, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const built = await build(folder, unfinished, ['github.com/jaegertracing/jaeger/cmd/all-in-one']);
  if (built.kind === 'ready') await rename(unfinished, path);
  return built.kind === 'ready' ? ready(path) : built;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** Why the modules cannot be had; undefined when they can. */
async function download(folder: string): Promise<Availability | undefined> {
  const finished = await go(folder, ['mod', 'download'], DOWNLOAD_MS);
  if (finished === undefined)
    return missing(`Go modules did not download within ${DOWNLOAD_MS / 60_000} minutes`);
  return finished.code === 0 ? undefined : missing(`Go modules cannot be had: ${firstLine(finished.stderr)}`);
}

async function build(
  folder: string,
  output: string,
  packages: readonly string[],
  flags: readonly string[] = [],
): Promise<Availability> {
  const finished = await go(
    folder,
    ['build', '-buildvcs=false', ...flags, '-o', output, ...packages],
    BUILD_MS,
  );
  if (finished === undefined) return missing(`go build did not end within ${BUILD_MS / 60_000} minutes`);
  return finished.code === 0 ? ready(output) : broken(`go build failed: ${finished.stderr.trim()}`);
}

/** What a go command did, or undefined when it took too long. */
async function go(cwd: string, args: readonly string[], ms: number): Promise<Finished | undefined> {
  const signal = AbortSignal.timeout(ms);
  try {
    return await run('go', args, { cwd, signal, nice: true });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
