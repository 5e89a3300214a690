// The tap: the ambassador through which an application opens and closes streams on conduits. See docs/tap.md.

import { resolve } from 'node:path';
import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { TapAdminServiceDefinition } from '@syncline/proto/tap-admin.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { dataFolder } from '@syncline/rpc/settings/data.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { Ambassador } from './ambassador/ambassador.ts';
import { type Config, contradictions, settings, socketPathOf, stateRetryOf } from './config.ts';
import { Inbox } from './link/inbox.ts';
import { openNeighbours } from './link/neighbours.ts';
import { takeDump } from './service/dump.ts';
import { LoopLog } from './service/loop-log.ts';
import { Refusals } from './service/refusals.ts';
import { endAtSecondTerm, giveBack } from './service/stop.ts';
import { tapAdminBinding } from './service/tap-admin.ts';
import { registerTapMetrics } from './service/tap-metrics.ts';
import { tapBinding } from './service/tap-service.ts';
import { claimSocketPath, openSocketTo } from './service/unix-socket.ts';
import { watchLoops } from './service/watchdog.ts';
import { Watchers } from './service/watchers.ts';
import { neighboursOf } from './settings/neighbours.ts';
import { withStopBudgets } from './settings/stop-budgets.ts';
import { timingsOf } from './settings/timings.ts';
import { openKept } from './state/open-kept.ts';
import { StateLock } from './state/state-lock.ts';
import { StatusBoard } from './stream/status-board.ts';

/** How long another process may take to accept on the unix socket, if there is one. */
const socketAnswerMs = 1_000;

await runConfigured(settings, contradictions, main, (config) => config.stop + config.drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  endAtSecondTerm(stop);
  await using stack = new AsyncDisposableStack();
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const board = stack.use(new StatusBoard(clock));
  const notes = new LoopLog(logger.child({ component: 'loops' }));
  const inbox = new Inbox((err) => logger.warn({ err }, 'a neighbour says what is no sense'));
  const neighbours = neighboursOf(config);
  // Channels are lazy: this says now, and not at the first Open, when a certificate cannot be used.
  openNeighbours(neighbours, neighbours.client.name, clock, inbox)[Symbol.dispose]();
  const { streams, conduits } = config;
  const timings = withStopBudgets(timingsOf(config), config.stop, stop.signal);
  const ambassador = stack.use(
    new Ambassador({
      trench: { timings, board, notes, clock, rng, liveness, stop },
      limits: { streams, conduits },
      openNeighbours: (trench) => openNeighbours(neighbours, trench, clock, inbox),
    }),
  );
  const path = config.state === undefined ? undefined : resolve(config.state);
  if (path !== undefined) stack.use(new StateLock(path));
  const kept =
    path === undefined
      ? undefined
      : stack.use(
          await openKept({
            path,
            limits: { streams, bytes: config.stateSize },
            answerMs: config.stateAnswer,
            writeMs: config.stateWrite,
            retry: stateRetryOf(config),
            ambassador,
            clock,
            rng,
            liveness,
            stop,
            logger,
          }),
        );

  const refusals = new Refusals();
  const watchers = new Watchers(config.watchers);
  const metrics = createMetrics('tap');
  registerTapMetrics(metrics, { ambassador, board, inbox, notes, refusals, watchers });
  const unixSocket = socketPathOf(config);
  if (config.unixSocket === undefined) dataFolder(config.data, 'tap');
  await claimSocketPath(unixSocket, AbortSignal.any([stop.signal, AbortSignal.timeout(socketAnswerMs)]));
  const server = stack.use(
    await serve({
      service: 'tap',
      listen: { host: config.host, port: config.port, unixSocket, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [
        tapBinding({ ambassador, rows: board.rows, watchers, refusals, kept }),
        tapAdminBinding(() => takeDump({ ambassador, board, liveness, inbox }), clock),
      ],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        stallMs: config.stall,
      },
      readiness: () =>
        kept === undefined || kept.problem === ''
          ? { ready: true }
          : { ready: false, reason: `the state file cannot be written: ${kept.problem}` },
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  await openSocketTo(unixSocket, config.unixSocketMode);
  const services = [TapDefinition.fullName, TapAdminServiceDefinition.fullName];
  stack.use(
    new SupervisedLoop(
      'watchdog',
      (watch, signal) =>
        watchLoops(
          {
            liveness,
            server,
            services,
            clock,
            logger,
            stuck: (error) => config.exitWhenStuck && stop.fail(error),
          },
          watch,
          signal,
        ),
      { liveness, stop },
    ),
  );
  const { port, adminPort } = server;
  logger.info({ port, adminPort, unixSocket, name: neighbours.client.name }, 'serving');
  await aborted(stop.signal);
  const isDone = await giveBack({ ambassador, notes, clock, logger }, config.stop);
  if (!isDone && config.strictStop) process.exitCode = 1;
}
