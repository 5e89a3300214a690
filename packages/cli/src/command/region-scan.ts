// `syncline region scan`: the regions of a range of keys.

import type { Region } from '@syncline/proto/pdpb.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { keyText, readKey } from '../key-text.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { type ReadOptions, RegionReader, type ScanRequest } from '../region-reader.ts';
import { regionHead, regionJson, regionRow } from '../region-row.ts';
import { defaultAddress, openSession } from '../session.ts';

interface Options extends ReadOptions {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly limit: number;
  readonly hex?: boolean;
}

/** The command. */
export function regionScanCommand(): Command {
  const key = (flags: string, description: string) =>
    new Option(flags, description).argParser(readKey).default(new Uint8Array(0), '""');
  return new Command('scan')
    .description('list the regions of a range of keys, in order')
    .addOption(key('--start <key>', String.raw`from here on, such as t\x80 or 0x7480`))
    .addOption(key('--end <key>', 'up to here; "" is the end of the key space'))
    .addOption(new Option('--limit <count>', 'most regions; 0 is all').argParser(readCount).default(100))
    .option('--buckets', 'with their buckets, which a leader has; in JSON')
    .option('--stale', 'also from a follower that is not ready, with the age of its copy')
    .option('--hex', 'keys in hex')
    .action(async (options: Options, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      const reader = await RegionReader.open(session, options);
      const limit = options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit;
      const request = { startKey: options.start, endKey: options.end, limit };
      if (session.json) {
        for await (const region of reader.scan(request)) printLine(jsonText(regionJson(region)));
      } else await printTable(reader, request, options.hex === true);
    });
}

async function printTable(reader: RegionReader, request: ScanRequest, keysInHex: boolean): Promise<void> {
  const regions: Region[] = [];
  for await (const region of reader.scan(request)) regions.push(region);
  printLine(
    tableText(
      regionHead,
      regions.map((region) => regionRow(region, keysInHex)),
    ),
  );
  const end = regions.at(-1)?.region?.endKey;
  const isCut = regions.length === request.limit && end !== undefined && end.length > 0;
  if (isCut) printLine(`-- ${regions.length} regions; perhaps more: --start '${keyText(end)}' --`);
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
