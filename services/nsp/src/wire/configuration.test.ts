import { FlowResponse, StreamResponse, TrenchResponse } from '@syncline/proto/nsp-model.ts';
import { expect, test } from 'vitest';
import { limits, small } from '../configuration/configuration.fixture.ts';
import { parseConfiguration } from '../configuration/parse.ts';
import { type ConfigurationInterest, configurationResponse, interestKey } from './configuration.ts';

const { configuration } = parseConfiguration(small, limits);
const t = { name: 't' };

test('a stream carries its conduit, which carries its trench', () => {
  const response = configurationResponse(
    { kind: 'stream', filter: { name: 'b1', conduit: { name: 'b', trench: t } } },
    configuration,
  );
  expect(StreamResponse.decode(response).streams).toEqual([
    { name: 'b1', conduit: { name: 'b', trench: t, destinationPortNats: [] }, maxTargets: 100 },
  ]);
});

test('a flow carries its VIPs', () => {
  const filter = { name: 'f1', stream: { name: '', conduit: { name: '', trench: { name: '' } } } };
  const [flow] = FlowResponse.decode(configurationResponse({ kind: 'flow', filter }, configuration)).flows;
  expect(flow).toMatchObject({
    priority: 3,
    protocols: ['tcp'],
    vips: [{ name: 'v4', address: '20.0.0.1/32', trench: t }],
  });
});

test('a trench that is not there is absent', () => {
  const response = configurationResponse({ kind: 'trench', filter: { name: 'u' } }, configuration);
  expect(TrenchResponse.decode(response)).toEqual({ trench: undefined });
});

test('two interests have one key only if they match the same', () => {
  const interests: ConfigurationInterest[] = [
    { kind: 'trench', filter: t },
    { kind: 'conduit', filter: { name: 't', trench: undefined } },
    { kind: 'conduit', filter: { name: 't', trench: { name: '' } } },
    { kind: 'vip', filter: { name: 't', trench: { name: '' } } },
    { kind: 'stream', filter: { name: '', conduit: undefined } },
    { kind: 'stream', filter: { name: '', conduit: { name: '', trench: undefined } } },
    { kind: 'stream', filter: { name: '', conduit: { name: '', trench: { name: '' } } } },
    { kind: 'flow', filter: { name: '', stream: undefined } },
    { kind: 'flow', filter: { name: '', stream: { name: '', conduit: { name: '', trench: { name: '' } } } } },
  ];
  expect(new Set(interests.map(interestKey)).size).toBe(interests.length);
});
