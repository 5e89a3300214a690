// A terminal that is drawn in place: an alternate screen, so that what was there before comes back at the end.

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const clearRight = '\u001b[K';
const clearBelow = '\u001b[J';

/** The screen, from its making to its disposal. */
export class Screen implements Disposable {
  readonly #out: NodeJS.WriteStream;
  readonly #restore = () => this.#out.write(leave);

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    out.write(enter);
    process.once('exit', this.#restore);
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#out.columns || 80, rows: this.#out.rows || 24 };
  }

  /** Shows these lines instead of those before. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.size.rows).map((line) => `${line}${clearRight}`);
    this.#out.write(`${home}${shown.join('\r\n')}${clearBelow}`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#restore);
    this.#restore();
  }
}
