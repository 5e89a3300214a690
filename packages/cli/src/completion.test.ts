import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript } from './completion.ts';
import { createProgram } from './program.ts';

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', createProgram())}
COMP_WORDS=(syncline ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_syncline
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

test('commands complete at every level', () => {
  expect(offered('')).toEqual(expect.arrayContaining(['ds', 'get', 'subscribe', 'device', '--json']));
  expect(offered('ds', 're')).toEqual(['resync', 'resume']);
  expect(offered('region', 's')).toEqual(['status', 'scan', 'snapshot']);
  expect(offered('tap', '')).toEqual(expect.arrayContaining(['open', 'close', 'watch', 'dump']));
  expect(offered('nsp', 'config', '--j')).toEqual(['--json']);
  expect(offered('lb', 'l')).toEqual(['lookup']);
});

test('options of the command and of the program complete, also behind an option', () => {
  expect(offered('--json', 'get', '--enc')).toEqual(['--encoding']);
  expect(offered('ds', 'status', '--addr')).toEqual(['--address']);
});

test('an option with a few words offers them', () => {
  expect(offered('subscribe', '--mode', '')).toEqual(['once', 'stream', 'poll']);
  expect(offered('region', 'watch', '--until', '')).toEqual(['ready', 'live']);
  expect(offered('tap', 'watch', '--until', '')).toEqual(['open', 'closed']);
});
