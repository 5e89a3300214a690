// The device: a gNMI target that serves this machine, or a script. See docs/device.md.

import { hostname } from 'node:os';
import { aborted } from 'node:util';
import { DeviceServiceDefinition } from '@syncline/proto/device.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { implement } from '@syncline/rpc/binding.ts';
import { runService } from '@syncline/rpc/process.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { createLogger, type Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { changeSpan } from './change-span.ts';
import { gnmiLimits, tlsOf } from './config.ts';
import { Device } from './device.ts';
import { deviceService } from './device-service.ts';
import { gnmiBindings } from './gnmi-service.ts';
import { Host } from './host/host.ts';
import { followHost, refresh } from './host/host-source.ts';
import { Misbehaviour } from './misbehaviour.ts';
import { hostModels, scriptModel } from './models.ts';
import { requirePassword } from './password.ts';
import { type Prepared, prepare } from './prepare.ts';
import { playScript } from './script/script-player.ts';
import { Served } from './served.ts';

const prepared = await prepare();
if (prepared !== undefined) {
  const logger = createLogger({ service: 'device', instance: hostname(), level: prepared.config.logLevel });
  await runService((stop) => main(prepared, stop, logger), logger);
}

async function main({ config, script }: Prepared, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const liveness = new Liveness(systemClock);
  const device = new Device(systemClock);
  const misbehaviour = stack.use(new Misbehaviour(device, (error) => stop.fail(error)));
  const served = new Served();
  const traced = changeSpan();
  const isHost = config.mode === 'host';
  const models = isHost ? hostModels : script.models.map(scriptModel);
  const limits = gnmiLimits(config, models);

  const source = { device, traced, host: new Host(systemClock.now()), everyMs: config.refresh };
  for (const { path, value } of script.leaves()) device.tree.set(path, value);
  const known = isHost ? await refresh(source, new Map()) : undefined;

  if (known !== undefined) {
    stack.use(
      new SupervisedLoop('host', (watch, signal) => followHost(source, known, watch, signal), {
        liveness,
        stop,
      }),
    );
  }
  stack.use(
    new SupervisedLoop(
      'script',
      (watch, signal) => playScript(script.steps, { device, misbehaviour, traced }, watch, signal),
      { liveness, stop },
    ),
  );

  const { maxGetLeaves, maxSubscribers, username, password } = config;
  const tls = tlsOf(config);
  const server = stack.use(
    await serve({
      service: 'device',
      listen: { host: config.host, port: config.port, ...(tls !== undefined && { tls }) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [
        ...gnmiBindings({
          device,
          served,
          traced,
          models,
          limits,
          isHost,
          maxGetLeaves,
          maxSubscribers,
          logger,
        }),
        implement(DeviceServiceDefinition, deviceService({ device, misbehaviour, served, traced, isHost })),
      ],
      stop: stop.signal,
      logger,
      limits: { maxReceiveBytes: config.maxRequest, defaultDeadlineMs: config.defaultDeadline },
      ...(username !== undefined &&
        password !== undefined && { authenticate: requirePassword(username, password) }),
      readiness: () => ({ ready: !stop.signal.aborted }),
      liveness,
      reflection: config.reflection,
      metrics: createMetrics('device'),
    }),
  );
  server.setServing(gNMIDefinition.fullName, true);
  server.setServing(DeviceServiceDefinition.fullName, true);
  logger.info(
    { port: server.port, adminPort: server.adminPort, mode: config.mode, leaves: device.tree.size },
    'serving',
  );
  await aborted(stop.signal, process);
}
