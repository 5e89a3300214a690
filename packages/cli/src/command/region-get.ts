// `syncline region get`: one region.

import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { readKey } from '../key-text.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { type ReadOptions, RegionReader } from '../region-reader.ts';
import { regionHead, regionJson, regionRow } from '../region-row.ts';
import { defaultAddress, openSession } from '../session.ts';

interface Options extends ReadOptions {
  readonly id?: bigint;
  readonly before?: boolean;
  readonly hex?: boolean;
}

/** The command. */
export function regionGetCommand(): Command {
  return new Command('get')
    .description('show the region that has a key, or that of an id')
    .addArgument(new Argument('[key]', String.raw`such as t\x80\x00, or in hex: 0x748000`).argParser(readKey))
    .addOption(new Option('--id <id>', 'the region of this id').argParser(readId))
    .option('--before', 'its left neighbour, if that ends where the region with the key starts')
    .option('--buckets', 'with its buckets, which a leader has; in JSON')
    .option('--stale', 'also from a follower that is not ready, with the age of its copy')
    .option('--hex', 'keys in hex')
    .action(async (key: Uint8Array | undefined, options: Options, command: Command) => {
      const { id, before, hex } = options;
      if ((key === undefined) === (id === undefined))
        throw new UsageError('a key or --id is needed, not both');
      if (id !== undefined && before === true) throw new UsageError('--before needs a key');
      const [typed = ''] = command.args;
      // Digits are a key like any other text, but whoever types them may have meant the id.
      if (key !== undefined && /^\d+$/.test(typed))
        process.stderr.write(`-- ${typed} is read as a key; --id ${typed} is the region of that number --\n`);
      using session = openSession(command, defaultAddress.region);
      const reader = await RegionReader.open(session, options);
      const region =
        key === undefined
          ? await reader.byId(id ?? 0n)
          : await reader.byKey(key, before === true ? 'before' : 'at');
      if (region === undefined) throw new Error('there is no such region');
      printLine(
        session.json
          ? jsonText(regionJson(region))
          : tableText(regionHead, [regionRow(region, hex === true)]),
      );
    });
}

function readId(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return BigInt(text);
}
