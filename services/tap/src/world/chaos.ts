// For the explored worlds: what goes wrong, at moments that the seed chooses.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { Mode } from './health.ts';
import { parsed } from './model-proxy.ts';
import type { TapWorld } from './tap-world.ts';

const modes: readonly Mode[] = ['well', 'slow', 'failing', 'hanging'];
/** The first `count` of the VIPs that these worlds have. */
export function vipsOf(count: number): Prefix[] {
  return Array.from({ length: count }, (_, at) => parsed(`20.0.0.${at + 1}/32`));
}

/** What has happened that takes longer to be found out than a moment. */
export interface Damage {
  /** Events were lost or came in another order: the next renewal finds it. */
  isBlind: boolean;
  /** The NSP lost targets: the next refresh finds it. */
  isWiped: boolean;
}

/** One thing goes wrong, or gets well again. */
export function strike(sim: Simulation, world: TapWorld, damage: Damage): void {
  const { nsp, proxy } = world;
  const conduit = proxy.conduit(sim.choose(2) === 0 ? 'edge' : 'core');
  const mode = modes[sim.choose(modes.length)] ?? 'well';
  const fault = sim.choose(14);
  sim.note(`fault ${fault} (${mode})`);
  switch (fault) {
    case 0:
      return nsp.health.set(mode);
    case 1:
      return conduit.health.set(mode);
    case 2:
      damage.isWiped = true;
      return nsp.restart(false);
    case 3:
      return nsp.restart(true);
    case 4:
      return conduit.changeSubnet();
    case 5:
      return conduit.setBridge(!conduit.hasBridge);
    case 6:
      return conduit.setState(conduit.stateOf('tap-1') === 'up' ? 'down' : 'up');
    case 7:
      return conduit.deleteAll();
    case 8:
      return conduit.tellAll(() => []);
    case 9:
      return conduit.tellAll((own) => own.toReversed());
    case 10:
      damage.isBlind = true;
      conduit.eventFaults = !conduit.eventFaults;
      return;
    case 11:
      damage.isBlind = true;
      conduit.isMute = true;
      return conduit.restart();
    case 12:
      return nsp.setVips(vipsOf(sim.choose(3)));
    default:
      return nsp.configure(
        sim.choose(2) === 0
          ? new Map([['web', 3]])
          : new Map([
              ['web', 4],
              ['dns', 5],
            ]),
      );
  }
}

/** Everything gets well, and tells how it is. */
export function heal(world: TapWorld): void {
  world.nsp.health.set('well');
  for (const name of ['edge', 'core']) {
    const conduit = world.proxy.conduit(name);
    conduit.health.set('well');
    conduit.eventFaults = false;
    conduit.isMute = false;
    conduit.hasBridge = true;
    conduit.tellAll();
  }
}
