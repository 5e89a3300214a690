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

type Fault = (sim: Simulation, world: TapWorld, damage: Damage) => void;

const conduitOf = (sim: Simulation, { proxy }: TapWorld) =>
  proxy.conduit(sim.choose(2) === 0 ? 'edge' : 'core');
const modeOf = (sim: Simulation) => modes[sim.choose(modes.length)] ?? 'well';

/** What befalls an NSP. */
export const nspFaults: Readonly<Record<string, Fault>> = {
  'the NSP becomes': (sim, { nsp }) => nsp.health.set(modeOf(sim)),
  'the NSP loses its database': (_, { nsp }, damage) => {
    damage.isWiped = true;
    nsp.restart(false);
  },
  'the NSP restarts': (_, { nsp }) => nsp.restart(true),
};

/** What befalls everything else. */
export const otherFaults: Readonly<Record<string, Fault>> = {
  'a proxy becomes': (sim, world) => conduitOf(sim, world).health.set(modeOf(sim)),
  'other addresses': (sim, world) => conduitOf(sim, world).changeSubnet(),
  'a bridge address, or none': (sim, world) => {
    const conduit = conduitOf(sim, world);
    conduit.setBridge(!conduit.hasBridge);
  },
  'down, or up': (sim, world) => {
    const conduit = conduitOf(sim, world);
    conduit.setState(conduit.stateOf('tap-1') === 'up' ? 'down' : 'up');
  },
  'connections deleted': (sim, world) => conduitOf(sim, world).deleteAll(),
  'no addresses': (sim, world) => conduitOf(sim, world).tellAll(() => []),
  'addresses in another order': (sim, world) => conduitOf(sim, world).tellAll((own) => own.toReversed()),
  'events that are lost, doubled or late': (sim, world, damage) => {
    const conduit = conduitOf(sim, world);
    damage.isBlind = true;
    conduit.eventFaults = !conduit.eventFaults;
  },
  'a proxy restarts, and its monitor is mute': (sim, world, damage) => {
    const conduit = conduitOf(sim, world);
    damage.isBlind = true;
    conduit.isMute = true;
    conduit.restart();
  },
  'the wall clock is stepped': (sim) => sim.stepWall((sim.choose(2) === 0 ? -1 : 1) * 86_400_000),
  'other VIPs': (sim, { nsp }) => nsp.setVips(vipsOf(sim.choose(3))),
  'other streams': (sim, { nsp }) =>
    nsp.configure(
      new Map<string, number>(
        sim.choose(2) === 0
          ? [['web', 3]]
          : [
              ['web', 4],
              ['dns', 5],
            ],
      ),
    ),
};

/** One thing goes wrong, or gets well again. */
export function strike(
  sim: Simulation,
  world: TapWorld,
  faults: Readonly<Record<string, Fault>>,
  damage: Damage,
): void {
  const names = Object.keys(faults);
  const name = names[sim.choose(names.length)] ?? '';
  sim.note(`fault: ${name}`);
  faults[name]?.(sim, world, damage);
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
