// Checks docs/proofs.md: every test that it names must exist. A row names a test as `file` “title”; a row without
// one must say "open". Prints what is wrong and exits 1.
import { existsSync, readFileSync } from 'node:fs';

const page = 'docs/proofs.md';
const reference = /`([^`]+\.ts)` “([^”]+)”/g;

const problems: string[] = [];
const sources = new Map<string, string>();
let rows = 0;
let named = 0;

for (const [index, line] of readFileSync(page, 'utf8').split('\n').entries()) {
  const cells = line.split('|').map((cell) => cell.trim());
  if (cells.length < 5 || /^(-+|#)$/.test(cells[1] ?? '') || cells[1] === '') continue;
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

function hasTest(file: string, title: string): boolean {
  const source = sources.get(file) ?? readFileSync(file, 'utf8');
  sources.set(file, source);
  const plain = source.replaceAll("\\'", "'");
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => plain.includes(quoted));
}

function report(index: number, problem: string): void {
  problems.push(`${page}:${index + 1}: ${problem}`);
}
