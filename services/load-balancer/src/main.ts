// The load balancer: says which target gets a packet. See docs/load-balancer.md.

import { connect } from '@syncline/rpc/connect.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { neighbourSecurityOf } from '@syncline/rpc/settings/client-tls.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { FollowedWatch } from '@syncline/rpc/watch/followed-watch.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { ConflatingMailbox } from '@syncline/runtime/conflating-mailbox.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { type Config, contradictions, keeperLimits, patienceOf, settings } from './config.ts';
import { NspLink } from './nsp/nsp-link.ts';
import { watchesOf } from './nsp/watches.ts';
import { DataPlane } from './plane/data-plane.ts';
import { Keeper } from './plane/keeper.ts';
import { type ListKind, listKinds, type NspList } from './plane/nsp-list.ts';
import { Refusals } from './plane/refusals.ts';
import { registerLoadBalancerMetrics } from './service/load-balancer-metrics.ts';
import { loadBalancerBinding } from './service/load-balancer-service.ts';
import { readinessOf } from './service/readiness.ts';
import { streamAvailabilityBinding } from './service/stream-availability.ts';

/** Requests hold a packet at the most, which has 64 KiB. */
const longestRequest = 128 << 10;

await runConfigured(settings, contradictions, main);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const metrics = createMetrics('load-balancer');
  const supervision = { liveness, stop };

  const plane = new DataPlane();
  const refusals = new Refusals(logger);
  const lists = new ConflatingMailbox<ListKind, NspList>({ name: 'nsp lists', capacity: listKinds.length });
  const keeper = new Keeper({ plane, lists, refusals, limits: keeperLimits(config), clock });
  stack.use(new SupervisedLoop('keeper', (watch, signal) => keeper.run(watch, signal), supervision));

  const nsp = stack.use(
    connect(config.nsp, {
      security: neighbourSecurityOf(config),
      maxReceiveBytes: config.maxMessage,
      keepalive: { timeMs: config.keepalive, timeoutMs: config.keepaliveAnswer },
      reconnect: { initialMs: config.retry, maxMs: config.retryMax },
    }),
  );
  const watches = watchesOf(nsp);
  const take = (list: NspList) => lists.offer(list.kind, list);
  const moved = () => plane.sourceChanged();
  const following = { take, moved, ...patienceOf(config), clock, rng, logger };
  const follow = (kind: ListKind) => {
    const list = new FollowedWatch({ what: `the ${kind} of the NSP`, open: watches[kind], ...following });
    stack.use(new SupervisedLoop(`nsp ${kind}`, (watch, signal) => list.follow(watch, signal), supervision));
    return { kind, watch: list };
  };
  const link = new NspLink(config.nsp, listKinds.map(follow), clock);
  registerLoadBalancerMetrics(metrics, { plane, keeper, refusals, link });

  const bindings = [loadBalancerBinding({ plane, link, refusals }, clock), streamAvailabilityBinding(plane)];
  const server = stack.use(
    await serve({
      service: 'load-balancer',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings,
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: longestRequest,
        defaultDeadlineMs: config.requestDeadline,
        stallMs: config.stall,
      },
      readiness: () =>
        readinessOf(
          {
            address: config.nsp,
            link: link.state,
            isFilled: plane.isFilled,
            pendingTables: keeper.pendingTables,
          },
          config.staleAfter,
        ),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  void plane.whenFilled.then(() => bindings.forEach(({ service }) => server.setServing(service, true)));
  logger.info({ port: server.port, adminPort: server.adminPort, nsp: config.nsp }, 'serving');
  await aborted(stop.signal);
}
