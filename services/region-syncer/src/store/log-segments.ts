// The log on disk: segment tables that are dropped whole, a row per chunk.
// Invariant: rows follow one another by index; a gap between two is the start of a term. What is held in memory is what the
// tables hold, so the owner throws this away when a transaction fails.

import type { Database } from '@syncline/sqlite/database.ts';
import { type Chunk, type ChunkBounds, chunkFrom, chunkHead, endOf } from '../log/chunk.ts';
import type { Span } from '../log/retention.ts';
import { createSegment } from './schema.ts';

interface Segment extends Span {
  readonly number: number;
}

interface Row {
  readonly first: number;
  readonly count: number;
  readonly run: Uint8Array;
}

type Insert = ReturnType<typeof prepareInsert>;

function prepareInsert(database: Database, number: number) {
  return database.prepare<[first: number, count: number, run: Uint8Array]>(
    `INSERT INTO log_${number} VALUES (?, ?, ?)`,
  );
}

export class LogSegments {
  readonly #database: Database;
  readonly #segmentRecords: number;
  /** Oldest first. */
  readonly #segments: Segment[];
  #insert: { readonly number: number; readonly statement: Insert } | undefined;

  /** `segmentRecords`: how many records a segment holds before the next one is begun. */
  constructor(database: Database, segmentRecords: number) {
    this.#database = database;
    this.#segmentRecords = segmentRecords;
    this.#segments = this.#load();
  }

  /** What the segments hold, oldest first. */
  get spans(): readonly Span[] {
    return this.#segments;
  }

  /** The index of the oldest record; undefined when there is none. */
  get first(): number | undefined {
    return this.#segments[0]?.first;
  }

  /** In a transaction: the chunks come after all others. */
  append(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) {
      const { number, first, records, bytes } = this.#segmentFor(chunk);
      this.#insertInto(number).run(chunk.first, chunk.count, chunk.bytes);
      this.#segments[this.#segments.length - 1] = {
        number,
        first,
        next: endOf(chunk),
        records: records + chunk.count,
        bytes: bytes + chunk.bytes.length,
      };
    }
  }

  /** In a transaction: the oldest `count` segments are no longer part of the log; sweep() drops them. */
  bury(count: number): void {
    const newest = this.#segments.splice(0, count).at(-1);
    if (newest === undefined) return;
    this.#database.prepare<[number]>('UPDATE segment SET dead = 1 WHERE number <= ?').run(newest.number);
  }

  /** In a transaction: drops one buried segment. False when there was none. */
  sweep(): boolean {
    const number = this.#database
      .prepare<[], number>('SELECT number FROM segment WHERE dead = 1 ORDER BY number LIMIT 1')
      .pluck()
      .get();
    if (number === undefined) return false;
    this.#database.exec(`DROP TABLE log_${number}`);
    this.#database.prepare<[number]>('DELETE FROM segment WHERE number = ?').run(number);
    return true;
  }

  /**
   * The rows from the record `position` on, which has to be in the log: whole ones as long as they are within the limit,
   * of the first one at least a record.
   */
  read(position: number, limit: ChunkBounds): Chunk[] {
    const rows: Chunk[] = [];
    let { records, bytes } = limit;
    for (const segment of this.#segments) {
      if (segment.next <= position) continue;
      for (const row of this.#rows(segment, position)) {
        const whole: Chunk = { first: row.first, count: row.count, bytes: row.run };
        const chunk = rows.length === 0 ? chunkHead(chunkFrom(whole, position), limit) : whole;
        records -= chunk.count;
        bytes -= chunk.bytes.length;
        if (rows.length > 0 && (records < 0 || bytes < 0)) return rows;
        rows.push(chunk);
        if (endOf(chunk) < endOf(whole)) return rows;
      }
    }
    return rows;
  }

  /** The rows of a segment that end after `position`. */
  #rows(segment: Segment, position: number): Iterable<Row> {
    return this.#database
      .prepare<[number], Row>(
        `SELECT first, count, run FROM log_${segment.number}
         WHERE first >= (SELECT coalesce(max(first), 0) FROM log_${segment.number} WHERE first <= ?) ORDER BY first`,
      )
      .iterate(position);
  }

  #segmentFor(chunk: Chunk): Segment {
    const newest = this.#segments.at(-1);
    if (newest !== undefined && newest.records < this.#segmentRecords) return newest;
    if (newest !== undefined) this.#seal(newest);
    const opened = this.#open(chunk.first);
    this.#segments.push(opened);
    return opened;
  }

  #insertInto(number: number): Insert {
    if (this.#insert?.number !== number)
      this.#insert = { number, statement: prepareInsert(this.#database, number) };
    return this.#insert.statement;
  }

  /** Numbers are used again only when no segment is left: a buried one keeps its own until it is dropped. */
  #open(first: number): Segment {
    const number = this.#database
      .prepare<[number, number], number>(
        `INSERT INTO segment VALUES ((SELECT coalesce(max(number), 0) + 1 FROM segment), ?, ?, 0, 0, 0)
         RETURNING number`,
      )
      .pluck()
      .get(first, first);
    if (number === undefined) throw new Error('a new segment has no number');
    this.#database.exec(createSegment(number));
    return { number, first, next: first, records: 0, bytes: 0 };
  }

  #seal({ number, next, records, bytes }: Segment): void {
    this.#database
      .prepare<[number, number, number, number]>(
        'UPDATE segment SET next = ?, records = ?, bytes = ? WHERE number = ?',
      )
      .run(next, records, bytes, number);
  }

  #load(): Segment[] {
    const segments = this.#database
      .prepare<[], Segment>(
        'SELECT number, first, next, records, bytes FROM segment WHERE dead = 0 ORDER BY number',
      )
      .all();
    const newest = segments.pop();
    if (newest === undefined) return [];
    const counted = this.#database
      .prepare<[], Omit<Span, 'first'>>(
        `SELECT max(first + count) AS next, sum(count) AS records, sum(length(run)) AS bytes FROM log_${newest.number}`,
      )
      .get();
    return [...segments, { ...newest, ...counted }];
  }
}
