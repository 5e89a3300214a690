// `syncline get`: what a datastore, or any gNMI target, holds at some paths.

import {
  Encoding,
  GetRequest_DataType,
  gNMIDefinition,
  type Notification,
  type Path,
} from '@syncline/proto/gnmi.ts';
import { Argument, Command, Option } from 'commander';
import { Json, jsonText, printLine, tableText } from '../print.ts';
import { depthOption, encodingOption, extensionsOf, prefixOf, targetOption } from '../request.ts';
import { openSession } from '../session.ts';
import { pathText, readPaths, valueJson, valueText } from '../value-text.ts';

const types = {
  all: GetRequest_DataType.ALL,
  config: GetRequest_DataType.CONFIG,
  state: GetRequest_DataType.STATE,
  operational: GetRequest_DataType.OPERATIONAL,
} as const;

interface Options {
  readonly target: string;
  readonly type: keyof typeof types;
  readonly encoding: keyof typeof Encoding;
  readonly depth: number;
}

/** The command. */
export function getCommand(): Command {
  return new Command('get')
    .description('show what a datastore holds at or below some paths')
    .addArgument(
      new Argument('<path...>', "such as '/interfaces/interface[name=*]/state'; '/' is everything").argParser(
        readPaths,
      ),
    )
    .addOption(targetOption())
    .addOption(new Option('--type <type>', 'which data').choices(Object.keys(types)).default('all'))
    .addOption(encodingOption())
    .addOption(depthOption())
    .action(async (path: readonly Path[], options: Options, command: Command) => {
      using session = openSession(command);
      const { notification } = await session.connection.client(gNMIDefinition).get(
        {
          prefix: prefixOf(options.target),
          path: [...path],
          type: types[options.type],
          encoding: Encoding[options.encoding],
          extension: extensionsOf(options.depth),
        },
        { signal: session.signal },
      );
      if (session.json) for (const line of notification.flatMap(jsonLines)) printLine(line);
      else printLine(tableText(['PATH', 'VALUE'], notification.flatMap(rows)));
    });
}

function rows({ prefix, update }: Notification): string[][] {
  return update.map(({ path, val }) => [pathText(prefix, path), valueText(val)]);
}

function jsonLines({ prefix, timestamp, update }: Notification): string[] {
  return update.map(({ path, val }) =>
    jsonText({
      target: prefix?.target ?? '',
      timestamp,
      path: pathText(prefix, path),
      value: new Json(valueJson(val)),
    }),
  );
}
