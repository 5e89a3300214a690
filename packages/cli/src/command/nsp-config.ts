// `syncline nsp config`: what a trench consists of.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import { Argument, Command } from 'commander';
import { firstMessage } from '../first-message.ts';
import {
  attractorRow,
  type ConfigRow,
  cellText,
  conduitRow,
  configJson,
  flowRow,
  gatewayRow,
  streamRow,
  vipRow,
} from '../nsp-config-text.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { defaultAddress, openSession, type Session } from '../session.ts';

const kinds = ['conduits', 'streams', 'flows', 'vips', 'attractors', 'gateways'] as const;
type Kind = (typeof kinds)[number];

/** The command. */
export function nspConfigCommand(): Command {
  return new Command('config')
    .description('list what the trench consists of')
    .addArgument(new Argument('[kinds...]', 'only these').choices(kinds))
    .action(async (chosen: readonly Kind[], _options: object, command: Command) => {
      using session = openSession(command, defaultAddress.nsp);
      const rows = rowsOf(session);
      const wanted = kinds.filter((kind) => chosen.length === 0 || chosen.includes(kind));
      const lists = await Promise.all(wanted.map(async (kind) => (await rows[kind]()).toSorted(byName)));
      if (session.json) for (const row of lists.flat()) printLine(jsonText(configJson(row)));
      else printLine(lists.flatMap((list) => (list.length === 0 ? [] : [listText(list)])).join('\n\n'));
    });
}

/** How each kind is read: an empty name is any name, and a parent that is absent would match nothing. */
function rowsOf(session: Session): Readonly<Record<Kind, () => Promise<readonly ConfigRow[]>>> {
  const client = session.connection.client(ConfigurationManagerDefinition);
  const trench = { name: '' };
  const conduit = { name: '', trench };
  return {
    conduits: async () =>
      (await firstMessage(session, (call) => client.watchConduit({ trench }, call))).conduits.map(conduitRow),
    streams: async () =>
      (await firstMessage(session, (call) => client.watchStream({ conduit }, call))).streams.map(streamRow),
    flows: async () =>
      (await firstMessage(session, (call) => client.watchFlow({ stream: { conduit } }, call))).flows.map(
        flowRow,
      ),
    vips: async () =>
      (await firstMessage(session, (call) => client.watchVip({ trench }, call))).vips.map(vipRow),
    attractors: async () =>
      (await firstMessage(session, (call) => client.watchAttractor({ trench }, call))).attractors.map(
        attractorRow,
      ),
    gateways: async () =>
      (await firstMessage(session, (call) => client.watchGateway({ trench }, call))).gateways.map(gatewayRow),
  };
}

/** The first column is the name. */
function byName(a: ConfigRow, b: ConfigRow): number {
  return String(Object.values(a)[0]) < String(Object.values(b)[0]) ? -1 : 1;
}

function listText(rows: readonly ConfigRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const head = columns.map((column) => column.toUpperCase().replaceAll('_', ' '));
  return tableText(
    head,
    rows.map((row) => columns.map((column) => cellText(row[column]))),
  );
}
