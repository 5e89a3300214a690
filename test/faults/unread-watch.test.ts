// A watcher of health that reads nothing: every kind of service lets it go, and says by which setting.

import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { frame } from '@syncline/rpc/frame.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';

const watch = {
  ':method': 'POST',
  ':path': '/grpc.health.v1.Health/Watch',
  'content-type': 'application/grpc',
  te: 'trailers',
};

test.each(['datastore', 'device', 'region-syncer', 'region-feed'])(
  '%s ends a watcher of health that reads nothing, and names the setting',
  async (name) => {
    const setting = `SYNCLINE_${name.toUpperCase().replace('-', '_')}_WATCH_STALL`;
    await using service = await startService({ service: name, env: { [setting]: '100ms' } });
    // Without a window nothing that the stream is sent can be delivered.
    const session = connect(`http://${service.address}`, { settings: { initialWindowSize: 0 } });
    try {
      const stream = session.request(watch);
      const trailers = once(stream, 'trailers');
      stream.end(frame(Buffer.alloc(0)));
      const ended = { method: watch[':path'], code: Status[Status.RESOURCE_EXHAUSTED] };
      await until(() => readMetric(service.adminPort, 'rpc_server_handled_total', ended), {
        deadlineMs: 10_000,
        describe: 'the end of the watch',
      });
      session.settings({ initialWindowSize: 65_535 });
      stream.resume();
      const [trailer] = (await trailers) as [IncomingHttpHeaders];
      expect(trailer['grpc-status']).toBe(String(Status.RESOURCE_EXHAUSTED));
      expect(decodeURI(String(trailer['grpc-message']))).toBe(
        `the client took no response for 100 ms (${setting})`,
      );
    } finally {
      session.destroy();
    }
  },
);
