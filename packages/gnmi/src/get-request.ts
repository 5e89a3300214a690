// A Get request, checked and turned into a plan.

import { type Encoding, type GetRequest, GetRequest_DataType } from '@syncline/proto/gnmi.ts';
import { readExtensions } from './extension.ts';
import {
  checkCount,
  checkEncoding,
  type ReadLimits,
  type ReadPath,
  readModels,
  readPath,
} from './read-request.ts';
import { GnmiRequestError } from './request-error.ts';

/** What a client wants to read once. */
export interface GetPlan {
  /** To be repeated in the prefix of every notification; '' when the client named none, then in none. */
  readonly target: string;
  /** One notification answers each, in this order. */
  readonly paths: readonly ReadPath[];
  readonly type: GetRequest_DataType;
  readonly encoding: Encoding;
  /** Levels below each path, 0 without limit; see `isWithin`. */
  readonly depth: number;
  /** Restricts the data to these models; none is no restriction. */
  readonly models: readonly string[];
}

/** Reads a Get request; without a path it is the prefix that is asked for. Throws GnmiRequestError. */
export function parseGet(request: GetRequest, limits: ReadLimits): GetPlan {
  checkCount('path', request.path.length, limits);
  if (!isDataType(request.type)) {
    throw new GnmiRequestError(
      'INVALID_ARGUMENT',
      'type',
      String(request.type),
      'there is no such type of data',
    );
  }
  const paths = request.path.length === 0 ? [undefined] : request.path;
  return {
    target: request.prefix?.target ?? '',
    paths: paths.map((path, i) => readPath(`path[${i}]`, request.prefix, path, limits)),
    type: request.type,
    encoding: checkEncoding('encoding', request.encoding),
    depth: readExtensions(request.extension).depth ?? 0,
    models: readModels('use_models', request.useModels, limits),
  };
}

function isDataType(type: GetRequest_DataType): boolean {
  return type >= GetRequest_DataType.ALL && type <= GetRequest_DataType.OPERATIONAL;
}
