// What Get and Subscribe requests have in common: which paths, which models, which encoding. Everything is
// checked here, before a service looks at its tree; the errors name the field and the value.

import type * as gnmi from '@syncline/proto/gnmi.ts';
import { encodingName, supportedEncodings } from './encoding.ts';
import { canonicalOrigin, type Path } from './path.ts';
import { absolutePath } from './path-proto.ts';
import { Pattern } from './pattern.ts';
import { GnmiRequestError, readingPath } from './request-error.ts';

/** What a server lets a reading request ask for. */
export interface ReadLimits {
  /** Paths of a Get, or subscriptions of a Subscribe. */
  readonly maxPaths: number;
  /** Names of the models served; also accepted as origins, see `canonicalOrigin`. */
  readonly models: ReadonlySet<string>;
}

/** One path to read, absolute, with the request's target and the canonical origin. */
export interface ReadPath {
  readonly path: Path;
  readonly pattern: Pattern;
}

/** Reads the path in `field` under the request's prefix. Throws GnmiRequestError. */
export function readPath(
  field: string,
  prefix: gnmi.Path | undefined,
  path: gnmi.Path | undefined,
  limits: ReadLimits,
): ReadPath {
  return readingPath(field, () => {
    const absolute = absolutePath(prefix, path);
    const canonical = { ...absolute, origin: canonicalOrigin(absolute.origin, limits.models) };
    return { path: canonical, pattern: new Pattern(canonical) };
  });
}

/** Refuses a list longer than `maxPaths`. */
export function checkCount(field: string, count: number, limits: ReadLimits): void {
  if (count <= limits.maxPaths) return;
  throw new GnmiRequestError(
    'INVALID_ARGUMENT',
    field,
    String(count),
    `at most ${limits.maxPaths} are accepted`,
  );
}

/** Refuses an encoding that is not served, as gNMI demands with UNIMPLEMENTED. */
export function checkEncoding(field: string, encoding: gnmi.Encoding): gnmi.Encoding {
  if (supportedEncodings.includes(encoding)) return encoding;
  const served = supportedEncodings.map(encodingName).join(', ');
  throw new GnmiRequestError(
    'UNIMPLEMENTED',
    field,
    encodingName(encoding),
    `the encodings served are ${served}`,
  );
}

/** The names in use_models. One that is not served is refused: leaving it out would look like missing data. */
export function readModels(
  field: string,
  models: readonly gnmi.ModelData[],
  limits: ReadLimits,
): readonly string[] {
  const names = models.map((model) => model.name);
  const unknown = names.find((name) => !limits.models.has(name));
  if (unknown === undefined) return names;
  throw new GnmiRequestError('INVALID_ARGUMENT', field, unknown, 'this model is not served');
}
