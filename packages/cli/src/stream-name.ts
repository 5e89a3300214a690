// Names of streams and conduits as people type them: `stream.conduit.trench`, or what is in front of the first dots with
// the rest as options.

import type { Command } from 'commander';
import { UsageError } from './failure.ts';

/** The options that name what a stream is part of. */
export interface ParentOptions {
  readonly conduit?: string;
  readonly trench?: string;
}

/** A conduit by all its names. */
export interface ConduitName {
  readonly conduit: string;
  readonly trench: string;
}

/** A stream by all its names. In a filter an empty one matches all. */
export interface StreamName extends ConduitName {
  readonly stream: string;
}

/** Adds the options. */
export function addParentOptions(command: Command): Command {
  return addTrenchOption(
    command.option('--conduit <name>', 'the conduit of streams that are given without one'),
  );
}

/** Adds the option that names the trench of what is given without one. */
export function addTrenchOption(command: Command): Command {
  return command.option('--trench <name>', 'the trench of what is given without one');
}

/** The stream that `text` and the options name. Throws UsageError when a name is missing, or given twice. */
export function readStream(text: string, options: ParentOptions): StreamName {
  const name = readFilter(text, options);
  for (const part of ['stream', 'conduit', 'trench'] as const) {
    if (name[part] === '') throw new UsageError(`stream "${text}": its ${part} is missing; ${forms.stream}`);
  }
  return name;
}

/** The conduit that `text` and the options name. Throws UsageError when a name is missing, or given twice. */
export function readConduit(text: string, options: Pick<ParentOptions, 'trench'>): ConduitName {
  const [conduit = '', trench, ...rest] = text.split('.');
  if (rest.length > 0) throw new UsageError(`conduit "${text}": too many names; ${forms.conduit}`);
  const name = { conduit, trench: either('trench', trench, options.trench) };
  for (const part of ['conduit', 'trench'] as const) {
    if (name[part] === '')
      throw new UsageError(`conduit "${text}": its ${part} is missing; ${forms.conduit}`);
  }
  return name;
}

/** The streams that `text` and the options leave, all when nothing is given. Throws UsageError as readStream does. */
export function readFilter(text: string | undefined, options: ParentOptions): StreamName {
  const [stream = '', conduit, trench, ...rest] = text?.split('.') ?? [];
  if (rest.length > 0) throw new UsageError(`stream "${text}": too many names; ${forms.stream}`);
  return {
    stream,
    conduit: either('conduit', conduit, options.conduit),
    trench: either('trench', trench, options.trench),
  };
}

/** Whether a filter leaves all streams. */
export function isEverything({ stream, conduit, trench }: StreamName): boolean {
  return stream === '' && conduit === '' && trench === '';
}

/** The stream as ambassador.v1 and nsp.v1 name it. */
export function streamMessage({ stream, conduit, trench }: StreamName) {
  return { name: stream, conduit: { name: conduit, trench: { name: trench } } };
}

/** `stream.conduit.trench` of a message; what is absent is empty. */
export function streamText(
  stream:
    | { name: string; conduit?: { name: string; trench?: { name: string } | undefined } | undefined }
    | undefined,
): string {
  return [stream?.name, stream?.conduit?.name, stream?.conduit?.trench?.name]
    .map((name) => name ?? '')
    .join('.');
}

const forms = {
  stream: 'write stream.conduit.trench, or give --conduit and --trench',
  conduit: 'write conduit.trench, or give --trench',
} as const;

function either(part: string, inName: string | undefined, asOption: string | undefined): string {
  if (inName !== undefined && asOption !== undefined && inName !== asOption) {
    throw new UsageError(`two names for the ${part}: "${inName}" and --${part} "${asOption}"`);
  }
  return inName ?? asOption ?? '';
}
