// Settings for people: `--help`, the message before exit code 2, and the tables of the docs.

import {
  parseSettings,
  SettingsError,
  type SettingsSpec,
  type SettingsTable,
  type ValuesOf,
  variableOf,
} from './settings.ts';

// sysexits aside, 2 is what shells and most tools use for wrong usage.
const exitUsage = 2;

/** One line of a settings table. */
export interface SettingRow {
  readonly variable: string;
  readonly form: string;
  /** As it would be typed; 'none' for one that may stay unset, undefined for one that must be set. */
  readonly fallback: string | undefined;
  readonly doc: string;
}

/** The settings of a service in the order of its table. */
export function describeSettings({ service, table }: SettingsSpec<SettingsTable>): SettingRow[] {
  return Object.entries(table).map(([key, setting]) => ({
    variable: variableOf(service, key, setting),
    form: setting.form,
    fallback: setting.fallback === '' ? 'none' : setting.fallback,
    doc: setting.doc,
  }));
}

/** The text of `--help`. */
export function settingsHelp(spec: SettingsSpec<SettingsTable>): string {
  const blocks = describeSettings(spec).map(({ variable, form, fallback, doc }) => {
    const otherwise = fallback === undefined ? 'required' : `default ${fallback}`;
    return `${variable}  (${form}; ${otherwise})
    ${doc}
`;
  });
  return `${spec.service} takes its settings from the environment:\n\n${blocks.join('')}`;
}

/** A Markdown table for the service's page. */
export function settingsMarkdown(spec: SettingsSpec<SettingsTable>): string {
  const rows = describeSettings(spec).map(({ variable, form, fallback, doc }) => {
    const otherwise = fallback === undefined ? 'required' : `\`${fallback}\``;
    return `| \`${variable}\` | ${form.replaceAll('|', '\\|')} | ${otherwise} | ${doc} |\n`;
  });
  return `| Setting | Form | Default | Meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

/** What a process was started with, and where it may say so. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  exitCode?: typeof process.exitCode;
}

/**
 * The settings a process was started with; undefined when there is nothing to run: `--help` was asked for and
 * printed, or the settings are wrong, the problems are on standard error and the exit code is 2.
 * `contradictions` says what is wrong with settings that are fine one by one.
 */
export function readSettings<Table extends SettingsTable>(
  spec: SettingsSpec<Table>,
  contradictions: (values: ValuesOf<Table>) => readonly string[],
  invocation: Invocation = process,
): ValuesOf<Table> | undefined {
  if (invocation.argv.includes('--help')) {
    process.stdout.write(settingsHelp(spec));
    return undefined;
  }
  try {
    const values = parseSettings(invocation.env, spec);
    const problems = contradictions(values);
    if (problems.length > 0) throw new SettingsError(problems);
    return values;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${spec.service}: wrong settings\n${error.message}\nSee --help for all settings.\n`);
    invocation.exitCode = exitUsage;
    return undefined;
  }
}
