// The tables of the store. Regions are kept as runs only: rows of one of two generations, and the log after its index.
// Invariant: an index is never stored apart from its records; where the log ends is where its last row ends.

export const migrations: readonly string[] = [
  `CREATE TABLE identity (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     cluster_id TEXT NOT NULL,
     member_id TEXT NOT NULL
   ) STRICT;

   -- generation: the active one of the two tables, NULL when there is none; generation_index: what its log goes on from.
   CREATE TABLE history (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     max_term INTEGER NOT NULL,
     source TEXT NOT NULL CHECK (source IN ('none', 'ours', 'foreign')),
     source_member TEXT NOT NULL,
     generation INTEGER CHECK (generation IN (0, 1)),
     generation_index INTEGER NOT NULL,
     generation_regions INTEGER NOT NULL,
     generation_bytes INTEGER NOT NULL,
     snapshot_forced INTEGER NOT NULL CHECK (snapshot_forced IN (0, 1))
   ) STRICT;
   INSERT INTO history VALUES (1, 0, 'none', '0', NULL, 0, 0, 0, 0);

   -- end_index of the newest term is a lower bound: its records say the rest.
   CREATE TABLE lineage (term INTEGER PRIMARY KEY, end_index INTEGER NOT NULL) STRICT;

   -- A table log_<number> each. What the newest one holds is counted at boot; a dead one waits to be dropped.
   CREATE TABLE segment (
     number INTEGER PRIMARY KEY,
     first INTEGER NOT NULL,
     next INTEGER NOT NULL,
     records INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     dead INTEGER NOT NULL CHECK (dead IN (0, 1))
   ) STRICT;

   CREATE TABLE generation_0 (row INTEGER PRIMARY KEY, regions INTEGER NOT NULL, run BLOB NOT NULL) STRICT;
   CREATE TABLE generation_1 (row INTEGER PRIMARY KEY, regions INTEGER NOT NULL, run BLOB NOT NULL) STRICT;

   -- uint64 is text: SQLite's integers are signed.
   CREATE TABLE store (id TEXT PRIMARY KEY, store BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE cluster (one INTEGER PRIMARY KEY CHECK (one = 1), bootstrap BLOB, last_id TEXT NOT NULL) STRICT;
   INSERT INTO cluster VALUES (1, NULL, '0');`,
];

/** Creates the table of a segment: a row is a chunk, by the index of its first record. */
export function createSegment(number: number): string {
  return `CREATE TABLE log_${number} (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, run BLOB NOT NULL) STRICT`;
}
