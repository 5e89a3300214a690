// connection.MonitorConnection.

import {
  type ConnectionEvent,
  ConnectionEventType,
  MonitorConnectionDefinition,
} from '@syncline/proto/connection.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import type { MonitorEvent } from '../monitor/event.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { refusal } from './status-of-error.ts';

export function monitorConnectionBinding(monitor: Monitor): Binding {
  return implement(MonitorConnectionDefinition, {
    async *monitorConnections(selector, { signal }) {
      try {
        for await (const event of monitor.watch(selector, signal)) yield toMessage(event);
      } catch (error) {
        throw refusal(error);
      }
    },
  });
}

function toMessage(event: MonitorEvent): ConnectionEvent {
  if (event.kind === 'initial') {
    const connections = Object.fromEntries(event.connections.map((each) => [each.id, each]));
    return { type: ConnectionEventType.INITIAL_STATE_TRANSFER, connections };
  }
  const { connection, kind } = event;
  const type = kind === 'update' ? ConnectionEventType.UPDATE : ConnectionEventType.DELETE;
  return { type, connections: { [connection.id]: connection } };
}
