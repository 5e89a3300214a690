// The string form of a path, for people and configuration: origin:/a/b[k=v][k2=v2]/c. It follows OpenConfig's
// "Representing gNMI Paths as Strings" and closes its gaps, so that parsePath(printPath(p)) is p for any UTF-8.
// A target is not part of it. A `*` is always just a `*`: the form does not tell a literal from a wildcard,
// because the wire does not either.

import { type Path, type PathElem, PathError, type PathKey, pathElem, pathOf } from './path.ts';

/** A text that is no path; `column` counts UTF-16 units from 1. */
export class PathSyntaxError extends Error {
  override name = 'PathSyntaxError';
  readonly text: string;
  readonly column: number;

  constructor(text: string, column: number, reason: string, options?: ErrorOptions) {
    super(`path ${JSON.stringify(text)}, column ${column}: ${reason}`, options);
    this.text = text;
    this.column = column;
  }
}

/** The canonical text of a path, without its target. It identifies the path within a target. */
export function printPath(path: Path): string {
  const elems = path.elems.map((elem) => `/${printElem(elem)}`).join('') || '/';
  return path.origin === '' ? elems : `${escaped(path.origin, /[\\/[\]:\n\r]/g)}:${elems}`;
}

/** The text of one element: its name and its keys, sorted. */
export function printElem(elem: PathElem): string {
  const name = escaped(elem.name, /[\\/[\]\n\r]/g);
  if (elem.keys.length === 0) return name;
  return elem.keys.reduce(
    (text, [key, value]) => `${text}[${escaped(key, /[\\=\]\n\r]/g)}=${escaped(value, /[\\\]\n\r]/g)}]`,
    name,
  );
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (char) => (char === '\n' ? '\\n' : char === '\r' ? '\\r' : `\\${char}`));
}

/**
 * Parses a path. The leading `/` may be left out and one may trail, so '' is the root. An origin is a first name
 * that ends in `:` before a `/`; `module:a/b` has none and keeps its prefix in the name.
 *
 * Escapes: `\` before one of `\ / [ ] = :` is that character, `\n` and `\r` are line ends, `\u` and `\U` take
 * four hexadecimal digits (a UTF-16 unit). Any other escape is a fault.
 *
 * Throws PathSyntaxError with the column of the fault.
 */
export function parsePath(text: string): Path {
  const scanner = new Scanner(text);
  const origin = scanner.origin();
  scanner.skip('/');
  const elems: PathElem[] = [];
  while (!scanner.atEnd) {
    elems.push(scanner.elem());
    if (!scanner.atEnd) scanner.expect('/');
  }
  return pathOf(elems, origin);
}

/** Parses the text of one element, `name[key=value]`. Throws PathSyntaxError. */
export function parseElem(text: string): PathElem {
  const scanner = new Scanner(text);
  const elem = scanner.elem();
  if (!scanner.atEnd) throw scanner.fault(`'${scanner.next}' after the end of the element`);
  return elem;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The character to be read next, '' at the end. */
  get next(): string {
    return this.#text[this.#at] ?? '';
  }

  fault(reason: string, at = this.#at, options?: ErrorOptions): PathSyntaxError {
    return new PathSyntaxError(this.#text, at + 1, reason, options);
  }

  skip(char: string): boolean {
    const found = this.#text[this.#at] === char;
    if (found) this.#at++;
    return found;
  }

  expect(char: string): void {
    if (!this.skip(char)) {
      throw this.fault(`expected '${char}', found ${this.atEnd ? 'the end' : `'${this.next}'`}`);
    }
  }

  /** The origin in front of the first `:/`, '' and nothing consumed when there is none. */
  origin(): string {
    if (!/^(?:\\.|[^\\:/[\]])+:\//su.test(this.#text)) return '';
    const origin = this.#until(':');
    this.expect(':');
    return origin;
  }

  elem(): PathElem {
    const start = this.#at;
    const name = this.#until('/[]');
    if (name === '') throw this.fault('an element needs a name', start);
    const keys: PathKey[] = [];
    while (this.skip('[')) keys.push(this.#key(this.#at - 1));
    try {
      return pathElem(name, keys);
    } catch (error) {
      if (error instanceof PathError) throw this.fault(error.message, start, { cause: error });
      throw error;
    }
  }

  #key(opened: number): PathKey {
    const name = this.#until('=]');
    if (name === '') throw this.fault('a key needs a name', opened + 1);
    this.expect('=');
    const value = this.#until(']');
    if (!this.skip(']')) throw this.fault("'[' is not closed", opened);
    return [name, value];
  }

  /** The text up to one of the unescaped `stops` or the end, its escapes resolved. */
  #until(stops: string): string {
    const start = this.#at;
    let out = '';
    while (!this.atEnd && !stops.includes(this.next)) {
      if (this.next === '\\') {
        out += this.#escape();
      } else {
        out += this.next;
        this.#at++;
      }
    }
    if (!out.isWellFormed()) throw this.fault('half of a surrogate pair stands alone', start);
    return out;
  }

  #escape(): string {
    escapeSequence.lastIndex = this.#at;
    const [sequence, hex, char] = escapeSequence.exec(this.#text) ?? [];
    if (sequence === undefined) {
      throw this.fault(`unknown escape ${JSON.stringify(this.#text.slice(this.#at, this.#at + 2))}`);
    }
    this.#at += sequence.length;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return char === 'n' ? '\n' : char === 'r' ? '\r' : (char ?? '');
  }
}

const escapeSequence = /\\(?:[uU]([0-9a-fA-F]{4})|([\\/[\]=:nr]))/y;
