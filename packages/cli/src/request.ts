// The options that Get and Subscribe share.

import type { Path } from '@syncline/proto/gnmi.ts';
import type { Extension } from '@syncline/proto/gnmi_ext.ts';
import { InvalidArgumentError, Option } from 'commander';

/** Which datastore. */
export function targetOption(): Option {
  return new Option('-t, --target <name>', 'the datastore; may be left out while there is only one').default(
    '',
    'none',
  );
}

/** How values are asked for. */
export function encodingOption(): Option {
  return new Option('--encoding <name>', 'how values are asked for')
    .choices(['json', 'json_ietf', 'proto'])
    .argParser((text) => {
      const name = text.toUpperCase();
      if (['JSON', 'JSON_IETF', 'PROTO'].includes(name)) return name;
      throw new InvalidArgumentError('Allowed choices are json, json_ietf, proto.');
    })
    .default('PROTO', 'proto');
}

/** How deep below the paths. */
export function depthOption(): Option {
  return new Option('--depth <levels>', 'levels below each path; 0 is all').argParser(readWhole).default(0);
}

function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

/** The prefix that names a target, none for ''. */
export function prefixOf(target: string): Path | undefined {
  return target === '' ? undefined : { element: [], origin: '', elem: [], target };
}

/** The extensions of a request. */
export function extensionsOf(depth: number): Extension[] {
  return depth === 0 ? [] : [{ ext: { $case: 'depth', value: { level: depth } } }];
}
