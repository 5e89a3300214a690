import { expect, test } from 'vitest';
import { choice, port, required, text } from './setting-types.ts';
import { readSettings, settingsHelp, settingsMarkdown } from './settings-help.ts';

const spec = {
  service: 'ipam',
  table: {
    port: port(7777, 'gRPC port.'),
    logLevel: choice(['error', 'info'], 'info', 'How much is logged.'),
    pool: required(text, 'The prefix to hand out from.'),
  },
};

const none = () => [];

test('--help lists every variable with its form, default and meaning', () => {
  expect(settingsHelp(spec)).toMatchInlineSnapshot(`
    "ipam takes its settings from the environment:

    SYNCLINE_IPAM_PORT  (port 0..65535; default 7777)
        gRPC port.
    SYNCLINE_IPAM_LOG_LEVEL  (error|info; default info)
        How much is logged.
    SYNCLINE_IPAM_POOL  (text; required)
        The prefix to hand out from.
    "
  `);
});

test('the table of the docs says the same', () => {
  expect(settingsMarkdown(spec)).toMatchInlineSnapshot(`
    "| Setting | Form | Default | Meaning |
    |---|---|---|---|
    | \`SYNCLINE_IPAM_PORT\` | port 0..65535 | \`7777\` | gRPC port. |
    | \`SYNCLINE_IPAM_LOG_LEVEL\` | error\\|info | \`info\` | How much is logged. |
    | \`SYNCLINE_IPAM_POOL\` | text | required | The prefix to hand out from. |
    "
  `);
});

test('wrong settings give nothing to run and exit code 2', () => {
  const invocation = { argv: ['node', 'main.ts'], env: {}, exitCode: undefined };
  expect(readSettings(spec, none, invocation)).toBeUndefined();
  expect(invocation.exitCode).toBe(2);
});

test('settings that contradict each other are wrong as well', () => {
  const invocation = {
    argv: [],
    env: { SYNCLINE_IPAM_POOL: 'p', SYNCLINE_IPAM_PORT: '1' },
    exitCode: undefined,
  };
  const lowPort = ({ port: given }: { readonly port: number }) => (given < 2 ? ['the port is too low'] : []);
  expect(readSettings(spec, lowPort, invocation)).toBeUndefined();
  expect(invocation.exitCode).toBe(2);
  const env = { ...invocation.env, SYNCLINE_IPAM_PORT: '2' };
  expect(readSettings(spec, lowPort, { argv: [], env })).toMatchObject({ port: 2 });
});

test('right settings are returned', () => {
  const invocation = { argv: [], env: { SYNCLINE_IPAM_POOL: '10.0.0.0/8' } };
  expect(readSettings(spec, none, invocation)).toEqual({ port: 7777, logLevel: 'info', pool: '10.0.0.0/8' });
});
