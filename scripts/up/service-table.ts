// What `make up` starts: the datastore on its device; the region syncer as a leader with two followers and a feed; the
// tap with its neighbours, on the example trench.
// A further process is an entry here.

import { fileURLToPath } from 'node:url';
import { demoTrench } from './streams.ts';

const exampleTrench = fileURLToPath(new URL('../../deploy/examples/demo.yaml', import.meta.url));

/** A process of `make up`. */
export interface UpService {
  /** What it is called here. Its settings can be given as SYNCLINE_<NAME>_…, whatever its service calls them. */
  readonly name: string;
  /** The folder under services/, and the infix of the settings that it reads: SYNCLINE_<SERVICE>_PORT. */
  readonly service: string;
  /** It is started when the processes of these names serve, and stopped before them. */
  readonly follows?: readonly string[];
  /** Whether it has a folder of its own, by its name, where others of the same service have theirs. */
  readonly hasOwnData?: boolean;
  /** Settings that differ from its service's defaults, without their prefix; `followed` are the addresses it follows. */
  settings?(...followed: readonly string[]): Readonly<Record<string, string>>;
}

/** The copies of the regions, the leader's first. */
export const regionMembers: readonly UpService[] = [
  {
    name: 'region-leader',
    service: 'region-syncer',
    hasOwnData: true,
    settings: () => ({ ROLE: 'leader', NAME: 'region-leader' }),
  },
  regionFollower(1, { port: 3389, adminPort: 8403 }),
  regionFollower(2, { port: 3399, adminPort: 8404 }),
];

/** All of them. Those that follow another come after it. */
export const services: readonly UpService[] = [
  { name: 'device', service: 'device' },
  { name: 'datastore', service: 'datastore', follows: ['device'] },
  ...regionMembers,
  {
    name: 'region-feed',
    service: 'region-feed',
    follows: ['region-leader'],
    // Slow enough for a laptop on battery; short keys fit a terminal.
    settings: (leader = '') => ({ PD: leader, REGIONS: '1000', RATE: '50', KEY_BYTES: '12' }),
  },
  { name: 'nsp', service: 'nsp', settings: () => ({ CONFIGURATION: exampleTrench }) },
  {
    name: 'ipam',
    service: 'ipam',
    follows: ['nsp'],
    settings: (nsp = '') => ({ NSP: nsp, TRENCH: demoTrench }),
  },
  {
    name: 'proxy',
    service: 'proxy',
    follows: ['ipam'],
    settings: (ipam = '') => ({ IPAM: ipam, TRENCH: demoTrench, CONDUITS: 'edge,core' }),
  },
  {
    name: 'tap',
    service: 'tap',
    follows: ['nsp', 'proxy'],
    settings: (nsp = '', proxy = '') => ({ NSP: nsp, PROXY: proxy }),
  },
  {
    name: 'load-balancer',
    service: 'load-balancer',
    follows: ['nsp'],
    settings: (nsp = '') => ({ NSP: nsp }),
  },
];

function regionFollower(
  nth: number,
  { port, adminPort }: { readonly port: number; readonly adminPort: number },
): UpService {
  const name = `region-follower-${nth}`;
  return {
    name,
    service: 'region-syncer',
    follows: ['region-leader'],
    hasOwnData: true,
    settings: (leader = '') => ({
      ROLE: 'follower',
      LEADER: leader,
      NAME: name,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
    }),
  };
}
