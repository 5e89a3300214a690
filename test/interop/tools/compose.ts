// Docker's engine and compose, where this machine has them and the image that ours are made of.

import { CommandError, run } from '../command.ts';
import { type Availability, missing, ready } from './availability.ts';

const baseImage = 'node:24-bookworm-slim';
const patienceMs = 120_000;

/** `docker-compose` or `docker`; with the latter `compose` is the first argument. */
export async function findCompose(): Promise<Availability> {
  if (!(await succeeds('docker', ['info']))) return missing('no Docker engine answers');
  const compose = (await succeeds('docker-compose', ['version']))
    ? 'docker-compose'
    : (await succeeds('docker', ['compose', 'version']))
      ? 'docker'
      : undefined;
  if (compose === undefined) return missing('there is no docker-compose and no `docker compose`');
  return (await hasImage(baseImage)) ? ready(compose) : missing(`the image ${baseImage} cannot be had`);
}

/** Whether an image is there or can be pulled. */
export async function hasImage(image: string): Promise<boolean> {
  return (await succeeds('docker', ['image', 'inspect', image])) || succeeds('docker', ['pull', '-q', image]);
}

async function succeeds(file: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await run(file, args, { signal: AbortSignal.timeout(patienceMs) })).code === 0;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}
