import { CommanderError } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgram } from './program.ts';

let printed: string;

beforeEach(() => {
  printed = '';
  // Where lines are broken is not the matter.
  const keep = (text: unknown) => (printed += `${String(text).replaceAll(/\s+/g, ' ')} `) !== '';
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => void vi.restoreAllMocks());

async function exitCode(...args: string[]): Promise<number | undefined> {
  const error: unknown = await createProgram()
    .parseAsync(args, { from: 'user' })
    .catch((thrown: unknown) => thrown);
  return error instanceof CommanderError ? error.exitCode : undefined;
}

test.each([
  [['ipam', '--help'], 'ipam'],
  [['help', 'ipam'], 'ipam'],
  [['-a', '127.0.0.1:1', 'proxy', '-h'], 'proxy'],
  [['tap', 'nonsense', '--help'], 'nonsense'],
])('help for a command that there is not is refused: %j', async (args, name) => {
  expect(await exitCode(...args)).toBe(1);
  expect(printed).toContain(`error: unknown command '${name}'`);
});

test.each([
  [['--help']],
  [['help', 'tap']],
  [['tap', '--help']],
  [['tap', 'open', '--help']],
  [['sub', '-h']],
])('help for a command that there is: %j', async (args) => {
  expect(await exitCode(...args)).toBe(0);
  expect(printed).toContain('Usage: syncline');
});

test('the help of a command says the default of its own service alone', async () => {
  await exitCode('tap', 'open', '--help');
  expect(printed).toContain('(default: 127.0.0.1:7780)');
  expect(printed).not.toContain('57400');
  printed = '';
  await exitCode('get', '--help');
  expect(printed).toContain('(default: 127.0.0.1:57400, env: SYNCLINE_ADDRESS)');
});

test('what is no address is refused', async () => {
  expect(await exitCode('ds', 'list', '-a', '127.0.0.1')).toBe(1);
  expect(printed).toContain('Expected host:port, [v6]:port or unix:/path');
});
