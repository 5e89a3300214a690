// From the file's text to a configuration. The rules are those of Meridio's admission webhooks; all of them are checked
// before anything is used, so a configuration is taken whole or not at all.

import { readConduits } from './conduits.ts';
import { type DocumentLimits, openDocument, type Part } from './document.ts';
import { type Entry, strictly } from './entry.ts';
import { type FlowFields, readFlows } from './flows.ts';
import { readGateways } from './gateways.ts';
import type { Conduit, Configuration, Flow, Trench } from './model.ts';
import { type Problem, Problems } from './problem.ts';
import { byName, References } from './references.ts';
import { readStreams } from './streams.ts';
import { readAttractors, readVips } from './vips.ts';

export interface Parsed {
  readonly configuration: Configuration;
  /** References that lead nowhere; what needs them is left out. */
  readonly dangling: readonly Problem[];
}

/** Throws ConfigurationError with all that is wrong, in the order of the file. */
export function parseConfiguration(text: string, limits: DocumentLimits): Parsed {
  const problems = new Problems();
  const part = openDocument(text, limits, problems);
  const trench = readTrench(part, problems);
  const conduitEntries = readConduits(part);
  const streamEntries = readStreams(part);
  const flowEntries = readFlows(part, problems);
  const vipEntries = readVips(part);
  const attractorEntries = readAttractors(part);
  const gatewayEntries = readGateways(part);

  const dangling = new Problems();
  const references = new References(dangling);
  const trenches = byName([trench]);
  const vips = resolve(vipEntries, ({ at, name, fields }) => {
    const owner = references.one(trenches, 'trench', fields.trench, at.place('trench'));
    return owner && { name, address: fields.address, trench: owner };
  });
  const vipsByName = byName(vips);
  const conduits = resolve(conduitEntries, ({ at, name, fields }): Conduit | undefined => {
    const owner = references.one(trenches, 'trench', fields.trench, at.place('trench'));
    if (owner === undefined) return undefined;
    const destinationPortNats = fields.portNats.map(({ port, targetPort, protocol, vips: named }) => ({
      port,
      targetPort,
      protocol,
      vips: references.all(vipsByName, 'vip', named),
    }));
    return { name, trench: owner, destinationPortNats };
  });
  const conduitsByName = byName(conduits);
  const streams = resolve(streamEntries, ({ at, name, fields }) => {
    const conduit = references.one(conduitsByName, 'conduit', fields.conduit, at.place('conduit'));
    return conduit && { name, conduit, maxTargets: fields.maxTargets };
  });
  const streamsByName = byName(streams);
  const flows = resolve(flowEntries, ({ at, name, fields }): Flow | undefined => {
    const stream = references.one(streamsByName, 'stream', fields.stream, at.place('stream'));
    return stream && { ...fields, name, stream, vips: references.all(vipsByName, 'vip', fields.vips) };
  });
  const gateways = resolve(gatewayEntries, ({ at, name, fields }) => {
    const owner = references.one(trenches, 'trench', fields.trench, at.place('trench'));
    return owner && { ...fields, name, trench: owner };
  });
  const gatewaysByName = byName(gateways);
  const attractors = resolve(attractorEntries, ({ at, name, fields }) => {
    const owner = references.one(trenches, 'trench', fields.trench, at.place('trench'));
    if (owner === undefined) return undefined;
    const announced = references.all(vipsByName, 'vip', fields.vips);
    return {
      name,
      trench: owner,
      vips: announced,
      gateways: references.all(gatewaysByName, 'gateway', fields.gateways),
    };
  });

  checkVipsOfConduits(flowEntries, byName(flows), problems);
  problems.check();
  const configuration = { trench, conduits, streams, flows, vips, attractors, gateways };
  return { configuration, dangling: dangling.found };
}

function readTrench(part: Part, problems: Problems): Trench {
  const at = part('trench', ['name']);
  const name = at?.text('name') ?? '';
  const problem = strictly(name);
  if (at === undefined) {
    if (problems.found.length === 0) problems.add({ line: 1, field: 'trench' }, undefined, 'is missing');
  } else if (problem !== undefined) at.wrong('name', at.has('name') ? name : undefined, problem);
  return { name };
}

function resolve<Fields, T>(
  entries: readonly Entry<Fields>[],
  object: (entry: Entry<Fields>) => T | undefined,
): readonly T[] {
  return entries.flatMap((entry) => object(entry) ?? []);
}

/** Notes every VIP that flows of two conduits have: its packets would belong to either. */
function checkVipsOfConduits(
  entries: readonly Entry<FlowFields>[],
  flows: ReadonlyMap<string, Flow>,
  problems: Problems,
): void {
  const owners = new Map<string, Flow>();
  for (const { name, fields } of entries) {
    const flow = flows.get(name);
    if (flow === undefined) continue;
    for (const vip of fields.vips) {
      const owner = owners.get(vip.text);
      if (owner !== undefined && owner.stream.conduit !== flow.stream.conduit) {
        const { conduit } = owner.stream;
        const reason = `a vip cannot be shared between 2 conduits: flow ${owner.name} of conduit ${conduit.name} has it`;
        problems.add(vip, vip.text, reason);
      } else owners.set(vip.text, flow);
    }
  }
}
