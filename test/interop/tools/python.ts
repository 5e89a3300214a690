// pygnmi, and gRPC's own library with stubs of our proto/, in one virtual environment that is made anew when
// requirements.txt changes.

import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, firstLine, run } from '../command.ts';
import { type Availability, broken, missing, ready } from './availability.ts';

const INTEROP = join(import.meta.dirname, '..');
const VENV = join(INTEROP, '.venv');
const REQUIREMENTS = join(INTEROP, 'requirements.txt');
const INSTALLED = join(VENV, 'requirements.txt');
const QUIET = ['--quiet', '--disable-pip-version-check'];
const INSTALL_MS = 5 * 60_000;
const PROTO = join(INTEROP, '..', '..', 'proto');
const STUBS = join(VENV, 'stubs');
const STUBBED = [
  'api/ambassador/v1/tap.proto',
  'api/ipam/v1/ipam.proto',
  'api/loadbalancer/v1/stream.proto',
  'api/nsp/v1/configurationmanager.proto',
  'api/nsp/v1/model.proto',
  'api/nsp/v1/targetregistry.proto',
  'connection.proto',
  'connectioncontext.proto',
  'networkservice.proto',
];

/** The interpreter that has what requirements.txt names. */
export async function preparePython(): Promise<Availability> {
  const python = ready(join(VENV, 'bin', 'python'));
  if ((await text(INSTALLED)) === (await readFile(REQUIREMENTS, 'utf8'))) return python;
  const failure =
    (await step('python3', ['-m', 'venv', '--clear', VENV])) ??
    (await step(join(VENV, 'bin', 'pip'), ['install', ...QUIET, '--requirement', REQUIREMENTS]));
  if (failure !== undefined) return missing(failure);
  await copyFile(REQUIREMENTS, INSTALLED);
  return python;
}

/** Makes the stubs that python/stubs.py imports, anew each time, as the protos may have changed. */
export async function makeStubs(python: string): Promise<Availability> {
  await mkdir(STUBS, { recursive: true });
  const out = [`--python_out=${STUBS}`, `--grpc_python_out=${STUBS}`];
  const failure = await step(python, [
    '-m',
    'grpc_tools.protoc',
    `--proto_path=${PROTO}`,
    ...out,
    ...STUBBED,
  ]);
  return failure === undefined ? ready(python) : broken(failure);
}

async function text(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Why the command failed; undefined when it did not. */
async function step(file: string, args: readonly string[]): Promise<string | undefined> {
  const signal = AbortSignal.timeout(INSTALL_MS);
  try {
    const { code, stdout, stderr } = await run(file, args, { signal });
    return code === 0
      ? undefined
      : `${args.slice(0, 2).join(' ')} failed: ${firstLine(stderr) || firstLine(stdout)}`;
  } catch (error) {
    if (signal.aborted)
      return `${args.slice(0, 2).join(' ')} did not end within ${INSTALL_MS / 60_000} minutes`;
    if (error instanceof CommandError && error.absent) return `${file} is not installed`;
    throw error;
  }
}
