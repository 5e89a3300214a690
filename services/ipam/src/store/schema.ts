// The tables of the store: a row a prefix, below the row of its parent.
// Invariant, kept by SQLite itself: of two children of one parent no two have the same name or the same slot.

export const migrations: readonly string[] = [
  `-- What the slots below mean, by family: the trench's prefix and the lengths below it.
   CREATE TABLE layout (
     family TEXT PRIMARY KEY CHECK (family IN ('ipv4', 'ipv6')),
     trench TEXT NOT NULL,
     conduit INTEGER NOT NULL,
     node INTEGER NOT NULL,
     child INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE conduit (
     id INTEGER PRIMARY KEY,
     family TEXT NOT NULL CHECK (family IN ('ipv4', 'ipv6')),
     trench TEXT NOT NULL,
     name TEXT NOT NULL,
     slot INTEGER NOT NULL,
     UNIQUE (family, trench, name),
     UNIQUE (family, trench, slot)
   ) STRICT;

   CREATE TABLE node (
     id INTEGER PRIMARY KEY,
     conduit INTEGER NOT NULL REFERENCES conduit (id) ON DELETE CASCADE,
     name TEXT NOT NULL,
     slot INTEGER NOT NULL,
     UNIQUE (conduit, name),
     UNIQUE (conduit, slot)
   ) STRICT;

   CREATE TABLE lease (
     node INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
     name TEXT NOT NULL,
     slot INTEGER NOT NULL,
     releasing INTEGER NOT NULL CHECK (releasing IN (0, 1)),
     PRIMARY KEY (node, name),
     UNIQUE (node, slot)
   ) STRICT, WITHOUT ROWID;

   -- Empty but inside a transaction that asks whether the disk takes anything.
   CREATE TABLE probe (filler BLOB NOT NULL) STRICT;`,
];
