// Which connections a watcher is told of. Network Service Mesh's rule: any of the services, and a path that has the given
// hops in a row, anywhere in it; what is empty matches all.

import type { Connection, MonitorScopeSelector, PathSegment } from '@syncline/proto/connection.ts';
import { connectionId } from '@syncline/trench/network-service.ts';

/** Whether a watcher with this selector is told of the connection. */
export function selects(
  { networkServices, pathSegments }: MonitorScopeSelector,
  { networkService, path }: Pick<Connection, 'networkService' | 'path'>,
): boolean {
  if (networkServices.length > 0 && !networkServices.includes(networkService)) return false;
  return hasRow(path?.pathSegments ?? [], pathSegments);
}

/**
 * Of these network services, those that a watcher can be about: the ones it names, else the one that a connection id among
 * its hops is for, else all. Faults of a conduit strike the watchers that are about nothing else.
 */
export function about(selector: MonitorScopeSelector, services: readonly string[]): readonly string[] {
  const { networkServices, pathSegments } = selector;
  const named = services.filter((service) => networkServices.includes(service));
  if (networkServices.length > 0) return named;
  const byId = services.filter((service) => {
    const end = connectionId('', service);
    return pathSegments.some(({ id }) => id.endsWith(end));
  });
  return byId.length > 0 ? byId : services;
}

function hasRow(path: readonly PathSegment[], row: readonly PathSegment[]): boolean {
  for (let start = 0; start + row.length <= path.length; start += 1) {
    const matches = row.every((wanted, offset) => {
      const hop = path[start + offset];
      return hop !== undefined && isWanted(hop, wanted);
    });
    if (matches) return true;
  }
  return false;
}

function isWanted(hop: PathSegment, { name, id, token }: PathSegment): boolean {
  return (
    (name === '' || hop.name === name) &&
    (id === '' || hop.id === id) &&
    (token === '' || hop.token === token)
  );
}
