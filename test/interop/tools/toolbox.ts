// Every client and peer that a case may need, prepared when it is first asked for and once only.

import { join } from 'node:path';
import { CommandError, run } from '../command.ts';
import { type Availability, missing, ready } from './availability.ts';
import { findCompose } from './compose.ts';
import {
  buildGoPrograms,
  buildJaeger,
  buildPdPrograms,
  buildPdServer,
  findGo,
  type GoProgram,
  type PdProgram,
} from './go.ts';
import { makeStubs, preparePython } from './python.ts';

export type ToolName =
  | 'go'
  | GoProgram
  | PdProgram
  | 'pd-server'
  | 'jaeger'
  | 'pygnmi'
  | 'grpcio'
  | 'gnmic'
  | 'compose';

/** The tools of one run. */
export class Toolbox {
  readonly #prepared = new Map<string, Promise<Availability>>();

  /** Prepares a tool: it may download and build, for minutes, when nothing is cached. */
  prepare(tool: ToolName): Promise<Availability> {
    switch (tool) {
      case 'go':
        return this.#once('go', findGo);
      case 'jaeger':
        return this.#once('jaeger', () => this.#withGo(buildJaeger));
      case 'pygnmi':
        return this.#once('python', preparePython);
      case 'grpcio':
        return this.#once('grpcio', () => this.#withPython(makeStubs));
      case 'gnmic':
        return this.#once('gnmic', findGnmic);
      case 'compose':
        return this.#once('compose', findCompose);
      case 'wirecheck':
      case 'collector':
      case 'sink':
      case 'faketarget':
      case 'meridio':
      case 'gnmi_cli':
      case 'grpcurl':
        return this.#oneOf('go programs', buildGoPrograms, tool);
      case 'pd-follower':
      case 'pd-leader':
      case 'pd-stores':
      case 'raw-reader':
        return this.#oneOf('programs of PD', buildPdPrograms, tool);
      case 'pd-server':
        return this.#once('pd-server', () => this.#withGo(buildPdServer));
    }
  }

  #once(what: string, prepare: () => Promise<Availability>): Promise<Availability> {
    const known = this.#prepared.get(what) ?? prepare();
    this.#prepared.set(what, known);
    return known;
  }

  async #withGo(prepare: () => Promise<Availability>): Promise<Availability> {
    const go = await this.prepare('go');
    return go.kind === 'ready' ? prepare() : go;
  }

  async #withPython(prepare: (python: string) => Promise<Availability>): Promise<Availability> {
    const python = await this.#once('python', preparePython);
    return python.kind === 'ready' ? prepare(python.path) : python;
  }

  /** A program of those that `build` makes together, into the folder that it gives. */
  async #oneOf(what: string, build: () => Promise<Availability>, program: string): Promise<Availability> {
    const folder = await this.#once(what, () => this.#withGo(build));
    return folder.kind === 'ready' ? ready(join(folder.path, program)) : folder;
  }
}

/** gnmic comes in no package that an ordinary client gets, so it is taken where it is. */
async function findGnmic(): Promise<Availability> {
  try {
    await run('gnmic', ['version'], { signal: AbortSignal.timeout(30_000) });
    return ready('gnmic');
  } catch (error) {
    if (error instanceof CommandError && error.absent) return missing('gnmic is not on the PATH');
    throw error;
  }
}
