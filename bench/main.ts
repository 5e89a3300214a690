// `make bench`: measures what was asked for, one table after the other, and ends every process it has started.

import { cpus } from 'node:os';
import { Toolbox } from '../test/interop/tools/toolbox.ts';
import { datastore } from './item/datastore.ts';
import type { Named } from './item/item.ts';
import type { Suite } from './item/suite.ts';
import { measure } from './measuring.ts';
import { help, type Options, parseOptions, UsageError } from './options.ts';
import { regions } from './region/suite.ts';
import { tableOf } from './table.ts';
import { trench } from './trench/suite.ts';

const interrupted = 130;

/** Overwrites the line before on a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(text);
}

/** Measures the items of the suite that were asked for; whether nobody answerable has failed. */
async function run<Contender extends Named>(
  suite: Suite<Contender>,
  options: Options,
  toolbox: Toolbox,
  stop: AbortSignal,
): Promise<boolean> {
  const items = suite.items.filter(({ letter }) => options.items.has(letter));
  if (items.length === 0) return true;
  progress('preparing the baselines');
  const contenders = await suite.contenders(options.only, toolbox, (name, reason) => {
    print(`${name}: skipped (${reason})`);
  });
  const measured = options.runs === 1 ? 'one run' : `medians of ${options.runs}`;
  let right = true;
  for (const { letter, parts } of items) {
    for (const part of parts) {
      const outcomes = await measure(part, contenders, options.runs, progress, stop);
      const title = `(${letter}) ${part.title}, ${measured}`;
      print(`\n${tableOf({ ...part, title }, outcomes)}`);
      right &&= outcomes.every(
        ({ contender, failures }) => !suite.answerable.includes(contender) || failures.length === 0,
      );
    }
  }
  return right;
}

async function runAll(options: Options, stop: AbortSignal): Promise<boolean> {
  print(`${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`);
  const toolbox = new Toolbox();
  const datastoreIsRight = await run(datastore, options, toolbox, stop);
  const regionsAreRight = await run(regions, options, toolbox, stop);
  const trenchIsRight = await run(trench, options, toolbox, stop);
  return datastoreIsRight && regionsAreRight && trenchIsRight;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(interrupted);
    stop.abort(new Error(`stopped by ${signal}`));
  });
}
try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(help);
  else process.exitCode = (await runAll(options, stop.signal)) ? 0 : 1;
} catch (error) {
  if (stop.signal.aborted) process.exitCode = interrupted;
  else if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  } else throw error;
}
