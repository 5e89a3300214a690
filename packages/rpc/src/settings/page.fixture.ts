// The settings table of a service's page, which must be the one that the code has.

import { readFileSync } from 'node:fs';
import type { SettingsSpec, SettingsTable } from '../settings.ts';
import { settingsMarkdown } from '../settings-help.ts';

/** The rows on docs/<service>.md, cell by cell. */
export function settingsOnPage(service: string): string[][] {
  return rowsOf(readFileSync(new URL(`../../../../docs/${service}.md`, import.meta.url), 'utf8'));
}

/** The rows that should be there. */
export function settingsToShow(spec: SettingsSpec<SettingsTable>): string[][] {
  return rowsOf(settingsMarkdown(spec));
}

function rowsOf(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `SYNCLINE'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}
