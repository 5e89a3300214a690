// The device: a gNMI target that serves this machine, or a script. See docs/device.md.

import { hostname } from 'node:os';
import { DeviceServiceDefinition } from '@syncline/proto/device.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { implement } from '@syncline/rpc/binding.ts';
import { runService } from '@syncline/rpc/process.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { authenticateOf } from '@syncline/rpc/settings/password.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { createLogger, type Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { changeSpan } from './change-span.ts';
import { gnmiLimits } from './config.ts';
import { Device } from './device.ts';
import { deviceService } from './device-service.ts';
import { gnmiBindings } from './gnmi-service.ts';
import { Host } from './host/host.ts';
import { HostSource } from './host/host-source.ts';
import { Misbehaviour } from './misbehaviour.ts';
import { hostModels, scriptModels } from './models.ts';
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
  const { host, port, adminPort, mode, maxGetLeaves, maxSubscribers } = config;
  const isHost = mode === 'host';
  const device = new Device(systemClock);
  const misbehaviour = stack.use(new Misbehaviour(device, (error) => stop.fail(error)));
  const traced = changeSpan();
  const models = isHost ? hostModels : scriptModels(script.models);
  const limits = gnmiLimits(config, models);
  const served = new Served();
  const awake = stack.use(new AwakeClock(systemClock));
  const parts = {
    device,
    misbehaviour,
    traced,
    served,
    models,
    limits,
    maxGetLeaves,
    maxSubscribers,
    firstMessageMs: config.firstMessage,
    slowConsumerMs: config.slowConsumer,
    awake,
    isHost,
    logger,
  };

  for (const { path, value } of script.leaves()) device.tree.set(path, value);
  const source = new HostSource(device, new Host(systemClock.now()), traced);
  if (isHost) await source.refresh();
  const liveness = new Liveness(awake);
  stack.use(
    new SupervisedLoop(
      mode,
      (watch, signal) =>
        isHost
          ? source.follow(config.refresh, watch, signal)
          : playScript(script.steps, parts, watch, signal),
      { liveness, stop },
    ),
  );

  const server = stack.use(
    await serve({
      service: 'device',
      listen: { host, port, tls: serverTlsOf(config) },
      admin: { host, port: adminPort },
      bindings: [...gnmiBindings(parts), implement(DeviceServiceDefinition, deviceService(parts))],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        stallMs: config.watchStall,
        stallSetting: 'WATCH_STALL',
      },
      authenticate: authenticateOf(config),
      readiness: () => ({ ready: !stop.signal.aborted }),
      liveness,
      reflection: config.reflection,
      metrics: createMetrics('device'),
    }),
  );
  server.setServing(gNMIDefinition.fullName, true);
  server.setServing(DeviceServiceDefinition.fullName, true);
  const leaves = device.tree.size;
  logger.info({ port: server.port, adminPort: server.adminPort, mode, leaves }, 'serving');
  await aborted(stop.signal);
}
