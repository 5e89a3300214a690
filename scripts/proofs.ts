// Checks docs/proofs.md: every test that it names must exist and run. A row names a test as `file` “title”; a row without
// one must say "open". Prints what is wrong and exits 1.
import { existsSync, readFileSync } from 'node:fs';

const page = 'docs/proofs.md';
const reference = /`([^`]+\.ts)` “([^”]+)”/g;
/** A comment on lines of its own. */
const comment = /^[ \t]*(\/\/.*|\/\*[^]*?\*\/)/gm;
/** A condition of the environment, such as `skipIf(disk === undefined)`, is none of these. */
const neverRuns = /\.(skip|todo)\b|\.skipIf\((true|1)\)|\.runIf\((false|0)\)/;

const problems: string[] = [];
const sources = new Map<string, string>();
let rows = 0;
let named = 0;

for (const [index, line] of readFileSync(page, 'utf8').split('\n').entries()) {
  const cells = line.split('|').map((cell) => cell.trim());
  if (!line.startsWith('|') || /^(-+|#)$/.test(cells[1] ?? '')) continue;
  if (cells.length < 5) report(index, 'is a row with too few cells');
  rows++;
  const proof = cells[3] ?? '';
  const references = [...proof.matchAll(reference)];
  if (references.length === 0 && !/\bopen\b/.test(proof))
    report(index, 'names no test and does not say "open"');
  for (const [, file = '', title = ''] of references) {
    named++;
    if (!existsSync(file)) report(index, `${file} does not exist`);
    else if (!hasTest(file, title)) report(index, `${file} has no test “${title}”`);
  }
}

if (rows === 0) report(0, 'has no rows');
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${page}: ${rows} rows, ${named} tests named, all there`);

/** Whether a call begins with the title, or a case of `make interop` has it for a name. One that never runs is none. */
function hasTest(file: string, title: string): boolean {
  const code = sources.get(file) ?? readFileSync(file, 'utf8').replaceAll(comment, '').replaceAll("\\'", "'");
  sources.set(file, code);
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => {
    const befores = code.split(quoted).slice(0, -1);
    return befores.some(
      (before) => /(\(|\bname:)$/.test(before.trimEnd()) && !neverRuns.test(callOf(before)),
    );
  });
}

/** What is there of the call that `before` ends in: from the line on which its statement begins. */
function callOf(before: string): string {
  return before.slice([...before.matchAll(/^[ \t]*\w+[.(:]/gm)].at(-1)?.index ?? 0);
}

function report(index: number, problem: string): void {
  problems.push(`${page}:${index + 1}: ${problem}`);
}
