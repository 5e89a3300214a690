// `make bench`: measures what was asked for, one table after the other, and ends every process it has started.

import { cpus } from 'node:os';
import { Toolbox } from '../test/interop/tools/toolbox.ts';
import { fanOut } from './item/fan-out.ts';
import { initialTree } from './item/initial-tree.ts';
import type { Item } from './item/item.ts';
import { latency } from './item/latency.ts';
import { millionLeaves } from './item/million-leaves.ts';
import { throughput } from './item/throughput.ts';
import { measure } from './measuring.ts';
import { help, type Options, parseOptions, UsageError } from './options.ts';
import { collectorAt } from './server/collector.ts';
import { ours } from './server/datastore.ts';
import { pipe } from './server/pipe.ts';
import type { Contender } from './server/server.ts';
import { tableOf } from './table.ts';

const items: readonly Item[] = [initialTree, throughput, latency, fanOut, millionLeaves];

const interrupted = 130;

async function contendersOf({ only }: Options): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const name of only) {
    switch (name) {
      case 'P':
        contenders.push(pipe);
        break;
      case 'O': {
        progress('preparing the openconfig collector');
        const collector = await new Toolbox().prepare('collector');
        if (collector.kind === 'ready') contenders.push(collectorAt(collector.path));
        else print(`O: skipped (${collector.reason})`);
        break;
      }
      case 'ours':
        contenders.push(ours);
        break;
    }
  }
  return contenders;
}

/** Overwrites the line before on a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(text);
}

/** Whether everything of ours and of the straight pipe came out right. */
async function run(options: Options, stop: AbortSignal): Promise<boolean> {
  const contenders = await contendersOf(options);
  print(
    `Medians of ${options.runs} on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`,
  );
  let right = true;
  for (const { letter, parts } of items.filter((item) => options.items.has(item.letter))) {
    for (const part of parts) {
      const outcomes = await measure(part, contenders, options.runs, progress, stop);
      print(`\n(${letter}) ${tableOf(part, outcomes)}`);
      right &&= outcomes.every(({ contender, failures }) => contender === 'O' || failures.length === 0);
    }
  }
  return right;
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
  else process.exitCode = (await run(options, stop.signal)) ? 0 : 1;
} catch (error) {
  if (stop.signal.aborted) process.exitCode = interrupted;
  else if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  } else throw error;
}
