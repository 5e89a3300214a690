// Run in a container: exits 0 when the service of this image is ready and 1 when it is not, and says why.

import { parseSettings, type SettingsSpec, type SettingsTable } from '@syncline/rpc/settings.ts';

const service = process.env['SERVICE'] ?? '';
const { settings } = (await import(`../services/${service}/src/config.ts`)) as {
  readonly settings: SettingsSpec<SettingsTable>;
};
const { adminPort } = parseSettings(process.env, settings);
try {
  const response = await fetch(`http://127.0.0.1:${String(adminPort)}/readyz`, {
    signal: AbortSignal.timeout(3_000),
  });
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
