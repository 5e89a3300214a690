// The tables of the store. Rows are what BookState is made of; there is nothing in them that is only true for a while.

export const migrations: readonly string[] = [
  `-- Whose connections these are: a proxy of another trench or node has no use for them.
   CREATE TABLE place (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     trench TEXT NOT NULL,
     namespace TEXT NOT NULL,
     node TEXT NOT NULL
   ) STRICT;

   -- A conduit that never changed its subnet has no row.
   CREATE TABLE conduit (name TEXT PRIMARY KEY, subnet INTEGER NOT NULL) STRICT, WITHOUT ROWID;

   -- connection is a connection.Connection; src and dst are JSON lists of address/length.
   CREATE TABLE connection (
     conduit TEXT NOT NULL,
     id TEXT NOT NULL,
     connection BLOB NOT NULL,
     subnet INTEGER NOT NULL,
     src TEXT NOT NULL,
     dst TEXT NOT NULL,
     since_unix_ms INTEGER NOT NULL,
     PRIMARY KEY (conduit, id)
   ) STRICT, WITHOUT ROWID;

   -- id is empty for the bridge, which a connection's never is.
   CREATE TABLE owed (
     conduit TEXT NOT NULL,
     subnet INTEGER NOT NULL,
     id TEXT NOT NULL,
     interface TEXT,
     PRIMARY KEY (conduit, subnet, id)
   ) STRICT, WITHOUT ROWID;

   -- Empty but inside a transaction that asks whether the disk takes anything.
   CREATE TABLE probe (filler BLOB NOT NULL) STRICT;`,
];
