// The models a device says it serves, and which part of the tree belongs to each.

import type { Path } from '@syncline/gnmi/path.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Pattern } from '@syncline/gnmi/pattern.ts';

/** A model as Capabilities names it. */
export interface Model {
  readonly name: string;
  readonly organization: string;
  readonly version: string;
  /** What it covers; a model of a script covers everything, because a script does not say. */
  readonly covers: readonly Pattern[];
}

/** Whether a leaf is in what somebody asked for. */
export type Scope = (path: Path) => boolean;

const openconfig = (name: string, version: string, ...paths: readonly string[]): Model => ({
  name,
  organization: 'OpenConfig working group',
  version,
  covers: paths.map((path) => new Pattern(parsePath(path))),
});

const subinterface = '/interfaces/interface/subinterfaces/subinterface';

/** The models of host mode, and of scripts that name none. */
export const hostModels: readonly Model[] = [
  openconfig('openconfig-interfaces', '3.7.1', '/interfaces'),
  openconfig('openconfig-if-ethernet', '2.14.0', '/interfaces/interface/ethernet'),
  openconfig('openconfig-if-ip', '3.5.1', `${subinterface}/ipv4`, `${subinterface}/ipv6`),
  openconfig('openconfig-system', '2.1.0', '/system'),
];

/** The models of a script that names these. */
export function scriptModels(names: readonly string[]): readonly Model[] {
  if (names.length === 0) return hostModels;
  const covers = [new Pattern(parsePath('/'))];
  return names.map((name) => ({ name, organization: '', version: '', covers }));
}

/** The part of the tree that belongs to the models of these names; all of it when none is named. */
export function scopeOf(models: readonly Model[], names: readonly string[]): Scope {
  if (names.length === 0) return () => true;
  const covers = models.filter(({ name }) => names.includes(name)).flatMap((model) => model.covers);
  return (path) => covers.some((pattern) => pattern.matches(path));
}
