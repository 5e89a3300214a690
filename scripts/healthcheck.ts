// Run in a container: exits 0 when the service of this image is ready and 1 when it is not, and says why.

import { hostPort } from '@syncline/rpc/server/listen.ts';
import { parseSettings, type SettingsSpec, type SettingsTable } from '@syncline/rpc/settings.ts';

/** Where to ask a service that listens on all addresses. */
const loopbacks: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const service = process.env['SERVICE'] ?? '';
const { settings } = (await import(`../services/${service}/src/config.ts`)) as {
  readonly settings: SettingsSpec<SettingsTable>;
};
const { host, adminPort } = parseSettings(process.env, settings);
const address = hostPort(loopbacks[String(host)] ?? String(host), Number(adminPort));
try {
  const response = await fetch(`http://${address}/readyz`, {
    signal: AbortSignal.timeout(3_000),
  });
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
