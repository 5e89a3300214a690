// `syncline lb stats`: tables, shares and what the last change moved.

import { LoadBalancerServiceDefinition, type LoadBalancerStats } from '@syncline/proto/loadbalancer-admin.ts';
import { Command } from 'commander';
import { statsJson, statsText } from '../lb-text.ts';
import { everyOption, printState } from '../live.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession, type Session } from '../session.ts';
import {
  addParentOptions,
  isEverything,
  type ParentOptions,
  readFilter,
  type StreamName,
} from '../stream-name.ts';
import { withRest } from '../with-rest.ts';

/** Streams that an error names; the others are counted. */
const mostNamed = 8;

interface Options extends ParentOptions {
  readonly targets?: boolean;
  readonly watch?: boolean;
  readonly every: number;
}

/** The command. */
export function lbStatsCommand(): Command {
  return addParentOptions(new Command('stats'))
    .description(
      "show each stream's table, how its targets share it, what the last change moved, and how the NSP is heard",
    )
    .argument('[stream]', 'only this one: stream.conduit.trench')
    .option('--targets', 'each target, too')
    .option('--watch', 'again after each change, until Ctrl-C')
    .addOption(everyOption('with --watch: '))
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const filter = readFilter(name, options);
      using session = openSession(command, defaultAddress.loadBalancer);
      const shown = (stats: LoadBalancerStats | undefined) => {
        const chosen = choose(stats, filter);
        return session.json ? jsonText(statsJson(chosen)) : statsText(chosen, options.targets === true);
      };
      if (options.watch === true) return await watch(session, options.every, shown);
      const { stats } = await session.connection
        .client(LoadBalancerServiceDefinition)
        .stats({}, { signal: session.signal });
      if (stats !== undefined) refuseAbsent(stats, filter);
      printLine(shown(stats));
    });
}

async function watch(
  session: Session,
  intervalMs: number,
  shown: (stats: LoadBalancerStats | undefined) => string,
): Promise<void> {
  const watched = session.connection
    .client(LoadBalancerServiceDefinition)
    .watchStats({ intervalMs }, { signal: session.signal });
  for await (const { stats } of watched) {
    if (session.json) printLine(shown(stats));
    else printState(shown(stats));
  }
}

/** Throws when a stream was named that there is not; a watch may wait for it. */
function refuseAbsent(stats: LoadBalancerStats, filter: StreamName): void {
  if (isEverything(filter) || choose(stats, filter).streams.length > 0) return;
  const names = stats.streams.map(({ name, conduit, trench }) => `${name}.${conduit}.${trench}`).toSorted();
  const known = names.length === 0 ? 'none' : withRest(names.slice(0, mostNamed), names.length).join(', ');
  const wanted = [filter.stream, filter.conduit, filter.trench].map((name) => name || '*').join('.');
  throw new Error(`no stream ${wanted}; there are: ${known}`);
}

function choose(stats: LoadBalancerStats | undefined, filter: StreamName): LoadBalancerStats {
  if (stats === undefined) throw new Error('the service sent no statistics');
  const isChosen = (wanted: string, name: string) => wanted === '' || wanted === name;
  const streams = stats.streams.filter(
    ({ name, conduit, trench }) =>
      isChosen(filter.stream, name) && isChosen(filter.conduit, conduit) && isChosen(filter.trench, trench),
  );
  return { ...stats, streams };
}
