// Commands to try next, exactly as they are typed.

import type { Ports } from './children.ts';
import { localName } from './local.ts';
import { regionMembers } from './service-table.ts';

const usual = {
  datastore: 57400,
  device: 57401,
  'region-leader': 3379,
  nsp: 7778,
  tap: 7780,
  'load-balancer': 7781,
} as const;

/** A command and what it shows. */
export interface Hint {
  readonly command: string;
  readonly shows: string;
}

/** Commands for services at these ports, those first that a small terminal shows. */
export function hints(ports: Ports): readonly Hint[] {
  const address = (service: string) => `127.0.0.1:${ports.get(service)}`;
  const option = (service: keyof typeof usual) =>
    ports.get(service) === usual[service] ? '' : ` -a ${address(service)}`;
  const ours = (command: string) => `npx syncline${option('datastore')} ${command}`;
  const members = regionMembers.map(({ name }) => `-a ${address(name)}`);
  const [, follower = '', other = ''] = members;
  return [
    { command: ours("get '/interfaces/interface[name=*]/state/counters'"), shows: 'interface counters' },
    { command: ours('subscribe /system/memory'), shows: 'memory as it changes' },
    { command: `npx syncline region status${option('region-leader')}`, shows: 'log, ledger and followers' },
    { command: `npx syncline region watch ${follower}`, shows: 'a follower as it follows' },
    { command: `npx syncline region scan ${other} --limit 5 --hex`, shows: 'regions of the other copy' },
    { command: `npx syncline tap watch${option('tap')}`, shows: 'the streams as they open and close' },
    { command: `npx syncline tap close${option('tap')} dns.edge.demo`, shows: 'its target goes' },
    { command: `npx syncline nsp targets${option('nsp')}`, shows: 'who serves which stream' },
    { command: `npx syncline lb stats${option('load-balancer')}`, shows: 'shares of the targets' },
    { command: `npx syncline region digest ${members.join(' ')}`, shows: 'the copies, compared' },
    { command: ours(`ds status ${localName}`), shows: 'sessions and ledger' },
    {
      command: `npx syncline${option('device')} device misbehave flap every=2s times=3`,
      shows: 'see it resync',
    },
    {
      command: `gnmic -a ${address('datastore')} --insecure get --path /system/state`,
      shows: 'the same with gnmic',
    },
    {
      command: `gnmic -a ${address('datastore')} --insecure sub --path /interfaces --stream-mode on-change`,
      shows: 'changes with gnmic',
    },
    { command: `grpcurl -plaintext ${address('datastore')} list`, shows: 'the services' },
  ];
}
