// `syncline device apply`: changes the tree of a device in script mode.

import { JsonError, parseJson } from '@syncline/gnmi/json.ts';
import { toNative } from '@syncline/gnmi/value-native.ts';
import { DeviceServiceDefinition } from '@syncline/proto/device.ts';
import type { Path, TypedValue } from '@syncline/proto/gnmi.ts';
import { Command, Option } from 'commander';
import { collect } from '../collect.ts';
import { UsageError } from '../failure.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';
import { readPaths } from '../value-text.ts';

/** The command. */
export function deviceApplyCommand(): Command {
  return new Command('apply')
    .description('change the tree of a device in script mode and tell its subscribers')
    .addOption(
      new Option(
        '--set <path=value>',
        'set a leaf; the value is JSON, or a string when it is none; may be repeated',
      ).argParser(collect),
    )
    .addOption(
      new Option('--delete <path>', 'delete what lies at or below a path; may be repeated').argParser(
        collect,
      ),
    )
    .action(
      async (
        options: { readonly set?: readonly string[]; readonly delete?: readonly string[] },
        command: Command,
      ) => {
        const update = (options.set ?? []).map(readUpdate);
        const deletes = (options.delete ?? []).flatMap((path) => readPaths(path));
        if (update.length + deletes.length === 0)
          throw new UsageError('nothing to do: give --set or --delete');
        using session = openSession(command, defaultAddress.device);
        const { leaves, subscribers } = await session.connection
          .client(DeviceServiceDefinition)
          .apply({ notification: { update, delete: deletes } }, { signal: session.signal });
        printLine(
          session.json
            ? jsonText({ leaves, subscribers })
            : `${leaves} leaves, told to ${subscribers} subscribers`,
        );
      },
    );
}

/** `/a/b[k=v]/c=5`: the path ends at the first `=` outside of brackets. */
function readUpdate(text: string): { path: Path | undefined; val: TypedValue } {
  const [, path, value] = /^((?:\\.|\[(?:\\.|[^\]\\])*\]|[^=[\\])*)=(.*)$/su.exec(text) ?? [];
  if (path === undefined || value === undefined) throw new UsageError(`--set ${text}: expected path=value`);
  return { path: readPaths(path)[0], val: readValue(value) };
}

function readValue(text: string): TypedValue {
  const bytes = Buffer.from(text);
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonError) return { value: { $case: 'stringVal', value: text } };
    throw error;
  }
  return { value: toNative({ $case: 'jsonVal', value: bytes }) };
}
