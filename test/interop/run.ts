// `make interop`: every case in cases/, one after the other unless it says otherwise, each reported on a line. Arguments
// choose cases by a part of their name. Exits 1 when one failed; what cannot be had here is skipped with the reason.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { InteropCase } from './case.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { Toolbox } from './tools/toolbox.ts';

const CASES = join(import.meta.dirname, 'cases');

async function loadCases(): Promise<InteropCase[]> {
  const files = (await readdir(CASES)).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(
    files.map((file) => import(join(CASES, file)) as Promise<{ readonly cases: readonly InteropCase[] }>),
  );
  return modules.flatMap((module) => module.cases);
}

/** The cases in their order, with those in one group that run at once. */
function groupsOf(cases: readonly InteropCase[]): InteropCase[][] {
  const groups: InteropCase[][] = [];
  for (const interopCase of cases) {
    const last = groups.at(-1);
    const { atOnce } = interopCase;
    if (last !== undefined && atOnce !== undefined && last[0]?.atOnce === atOnce) last.push(interopCase);
    else groups.push([interopCase]);
  }
  return groups;
}

const besides = (note: string, at: number): string => `${at === 0 ? ':' : ';'} ${note}`;

function report(name: string, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'passed':
      console.log(`ok   ${name} (${outcome.seconds.toFixed(1)} s)${outcome.notes.map(besides).join('')}`);
      break;
    case 'failed':
      console.log(`FAIL ${name} (${outcome.seconds.toFixed(1)} s)\n${outcome.why}`);
      break;
    case 'skipped':
      console.log(`skip ${name}: ${outcome.reason}`);
      break;
  }
}

const wanted = process.argv.slice(2);
const all = await loadCases();
const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) throw new Error(`no case is named like ${wanted.join(' or ')}`);

const toolbox = new Toolbox();
const count = { passed: 0, failed: 0, skipped: 0 };
for (const group of groupsOf(chosen)) {
  await Promise.all(
    group.map(async (interopCase) => {
      const outcome = await outcomeOf(interopCase, toolbox);
      count[outcome.kind] += 1;
      report(interopCase.name, outcome);
    }),
  );
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
