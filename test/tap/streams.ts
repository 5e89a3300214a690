// The streams that most tests use: two of one conduit, one of another.

import type { StreamSetting } from './trench-configuration.ts';

export const web: StreamSetting = { trench: 'demo', conduit: 'edge', stream: 'web', vips: ['20.0.0.1/32'] };
export const dns: StreamSetting = { trench: 'demo', conduit: 'edge', stream: 'dns', vips: ['20.0.0.53/32'] };
export const api: StreamSetting = { trench: 'demo', conduit: 'core', stream: 'api', vips: ['40.0.0.1/32'] };

export const streams = [web, dns, api] as const;
export const vips = streams.flatMap(({ vips: own = [] }) => own);
