// Commands to try next, exactly as they are typed.

import type { Ports } from './children.ts';
import { localName } from './local.ts';

const usual = { datastore: 57400, device: 57401 } as const;

/** A command and what it shows. */
export interface Hint {
  readonly command: string;
  readonly shows: string;
}

/** Commands for services at these ports. */
export function hints(ports: Ports): readonly Hint[] {
  const datastore = `127.0.0.1:${ports.get('datastore')}`;
  const option = (service: keyof typeof usual) =>
    ports.get(service) === usual[service] ? '' : ` -a 127.0.0.1:${ports.get(service)}`;
  const ours = (command: string) => `npx syncline${option('datastore')} ${command}`;
  return [
    {
      command: ours("get '/interfaces/interface[name=*]/state/counters'"),
      shows: 'interface counters',
    },
    { command: ours('subscribe /system/memory'), shows: 'memory as it changes' },
    { command: ours(`ds status ${localName}`), shows: 'sessions and ledger' },
    {
      command: `npx syncline${option('device')} device misbehave flap every=2s times=3`,
      shows: 'see it resync',
    },
    { command: `gnmic -a ${datastore} --insecure get --path /system/state`, shows: 'the same with gnmic' },
    {
      command: `gnmic -a ${datastore} --insecure sub --path /interfaces --stream-mode on-change`,
      shows: 'changes with gnmic',
    },
    { command: `grpcurl -plaintext ${datastore} list`, shows: 'the services' },
  ];
}
