// The `flows` of the file.

import { parseByteMatch } from '@syncline/trench/byte-match.ts';
import { parseTransport } from '@syncline/trench/transport.ts';
import type { Part } from './document.ts';
import { type Entry, readEntries } from './entry.ts';
import type { Mapping, Text } from './mapping.ts';
import { checkPortRanges } from './ports.ts';
import { checkSubnets } from './prefixes.ts';
import type { Problems } from './problem.ts';

export interface FlowFields {
  readonly sourceSubnets: readonly string[];
  readonly destinationPortRanges: readonly string[];
  readonly sourcePortRanges: readonly string[];
  readonly protocols: readonly string[];
  readonly byteMatches: readonly string[];
  readonly priority: number;
  readonly stream: string;
  readonly vips: readonly Text[];
}

const keys = [
  'source-subnets',
  'destination-port-ranges',
  'source-port-ranges',
  'protocols',
  'vips',
  'priority',
  'stream',
  'byte-matches',
];

/** Reads and checks them. */
export function readFlows(part: Part, problems: Problems): readonly Entry<FlowFields>[] {
  return readEntries(part, 'flows', keys, 'free', (at) => {
    const sourceSubnets = at.texts('source-subnets');
    const destinationPortRanges = at.texts('destination-port-ranges');
    const sourcePortRanges = at.texts('source-port-ranges');
    const byteMatches = at.texts('byte-matches');
    checkSubnets(sourceSubnets, problems);
    checkPortRanges(destinationPortRanges, problems);
    checkPortRanges(sourcePortRanges, problems);
    for (const entry of byteMatches) problems.read(entry, entry.text, parseByteMatch);
    return {
      sourceSubnets: texts(sourceSubnets),
      destinationPortRanges: texts(destinationPortRanges),
      sourcePortRanges: texts(sourcePortRanges),
      protocols: readProtocols(at, problems),
      byteMatches: texts(byteMatches),
      priority: at.whole('priority', { min: 0, max: 2 ** 31 - 1 }) ?? 0,
      stream: at.text('stream'),
      vips: at.texts('vips'),
    };
  });
}

function readProtocols(at: Mapping, problems: Problems): readonly string[] {
  const seen = new Set<string>();
  for (const entry of at.texts('protocols')) {
    problems.read(entry, entry.text, parseTransport);
    if (seen.has(entry.text)) problems.add(entry, entry.text, 'is there twice');
    seen.add(entry.text);
  }
  return [...seen];
}

function texts(entries: readonly Text[]): readonly string[] {
  return entries.map(({ text }) => text);
}
