// The tables of the store. A target's row is what was last answered for it; the order of rows is that of their first
// registration.

export const migrations: readonly string[] = [
  `CREATE TABLE target (
     row INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     type TEXT NOT NULL CHECK (type IN ('default', 'frontend')),
     status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
     trench TEXT NOT NULL,
     conduit TEXT NOT NULL,
     stream TEXT NOT NULL,
     -- JSON: texts in their order; pairs of name and value.
     ips TEXT NOT NULL,
     context TEXT NOT NULL
   ) STRICT;

   -- The text of the last configuration that was taken.
   CREATE TABLE configuration (one INTEGER PRIMARY KEY CHECK (one = 1), text TEXT NOT NULL) STRICT;

   -- Counts the writes that were only to see whether the disk takes them.
   CREATE TABLE trial (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL) STRICT;
   INSERT INTO trial VALUES (1, 0);`,
];
