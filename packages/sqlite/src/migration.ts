// Numbered migrations. user_version is the number of scripts a file has seen; all that are missing run in one
// transaction, so a file is at one version or at another, never between.

import type { Database } from 'better-sqlite3';

/** The file has seen migrations this program does not know. */
export class NewerDatabaseError extends Error {
  override name = 'NewerDatabaseError';
  readonly found: number;
  readonly known: number;

  constructor(found: number, known: number) {
    super(`it is at version ${found}, this program knows versions up to ${known}: run a newer one`);
    this.found = found;
    this.known = known;
  }
}

/** A script left something behind that no store may have. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Runs the scripts the file has not seen. Throws NewerDatabaseError for a file from the future, MigrationError when
 * a table is not STRICT or a foreign key dangles afterwards, and SQLite's own error when a script fails.
 */
export function migrate(database: Database, scripts: readonly string[]): void {
  database
    .transaction(() => {
      const version = userVersion(database);
      if (version > scripts.length) throw new NewerDatabaseError(version, scripts.length);
      if (version === scripts.length) return;
      for (const script of scripts.slice(version)) database.exec(script);
      database.pragma(`user_version = ${scripts.length}`);
      check(database);
    })
    .immediate();
}

function userVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function check(database: Database): void {
  const loose = database
    .prepare<[], { name: string }>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all();
  if (loose.length > 0)
    throw new MigrationError(`not STRICT: ${loose.map((table) => table.name).join(', ')}`);
  const dangling = database
    .prepare<[], { table: string; parent: string }>(
      'SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1',
    )
    .get();
  if (dangling !== undefined)
    throw new MigrationError(`a row of ${dangling.table} refers to no row of ${dangling.parent}`);
}
