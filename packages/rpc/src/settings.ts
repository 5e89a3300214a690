// A service's settings: a table of typed entries, read from SYNCLINE_<SERVICE>_<NAME> variables.
// Every problem is reported at once; a value that cannot be parsed is never replaced by the default.

import { nearestName } from './nearest-name.ts';
import type { Setting } from './setting-types.ts';

const sharedPrefix = 'SYNCLINE_';

/** A table of settings; keys are camelCase, `dataDir` is read from `SYNCLINE_<SERVICE>_DATA_DIR`. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

/** The settings of one service. */
export interface SettingsSpec<Table extends SettingsTable> {
  /** e.g. 'region-syncer'. */
  readonly service: string;
  readonly table: Table;
}

/** The values of a table. */
export type ValuesOf<Table extends SettingsTable> = {
  readonly [Key in keyof Table]: ReturnType<Table[Key]['parse']>;
};

/** Everything that is wrong with the settings, one line each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The variable of a setting: key `dataDir` of service `region-syncer` is `SYNCLINE_REGION_SYNCER_DATA_DIR`. */
export function variableOf(service: string, key: string, setting: Setting<unknown>): string {
  if (setting.variable !== undefined) return setting.variable;
  const words = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `${prefixOf(service)}${words.toUpperCase()}`;
}

/**
 * Reads a service's settings. A variable that is unset or empty has its default.
 * Throws SettingsError naming every value that is missing, unparsable or out of bounds, and every variable with the
 * service's prefix that is no setting, with the nearest name.
 */
export function parseSettings<Table extends SettingsTable>(
  env: Readonly<Record<string, string | undefined>>,
  { service, table }: SettingsSpec<Table>,
): ValuesOf<Table> {
  const problems: string[] = [];
  const variables = new Map(
    Object.entries(table).map(([key, setting]) => [variableOf(service, key, setting), { key, setting }]),
  );
  const values: Record<string, unknown> = {};
  for (const [variable, { key, setting }] of variables) {
    const given = env[variable] || setting.fallback;
    if (given === undefined) {
      problems.push(`${variable} must be set: ${setting.doc}`);
      continue;
    }
    try {
      values[key] = setting.parse(given);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`${variable}=${setting.secret ? '(hidden)' : given}: ${error.message}`);
    }
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefixOf(service)) || variables.has(name)) continue;
    const nearest = nearestVariable(name, service, variables.keys());
    problems.push(`${name} is no setting${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values as ValuesOf<Table>;
}

/** Prefixes, which all names have, make none of them alike: `SYNCLINE_NSP_DATA` is near to `SYNCLINE_DATA`. */
function nearestVariable(name: string, service: string, variables: Iterable<string>): string | undefined {
  const prefix = prefixOf(service);
  const own = (variable: string) =>
    variable.slice(variable.startsWith(prefix) ? prefix.length : sharedPrefix.length);
  const byOwnName = new Map(Array.from(variables, (variable) => [own(variable), variable]));
  const nearest = nearestName(own(name), byOwnName.keys());
  return nearest === undefined ? undefined : byOwnName.get(nearest);
}

function prefixOf(service: string): string {
  return `${sharedPrefix}${service.toUpperCase().replaceAll('-', '_')}_`;
}
