// The settings of a follower, and the bounds they are.

import type { ClientIdentity, ClientSecurity, ConnectOptions } from '@syncline/rpc/connect.ts';
import { bytes, duration, flag, integer, optional, path, secret, text } from '@syncline/rpc/setting-types.ts';
import { clientSecurityOf } from '@syncline/rpc/settings/client-tls.ts';
import type { ValuesOf } from '@syncline/rpc/settings.ts';
import type { FollowerSettings } from '../follower/follower-parts.ts';
import type { LeaderLinkSettings } from '../follower/leader-link.ts';

const anyWait = { min: '10ms', max: '24h' };

/** To be spread into the service's table. */
export const followingSettings = {
  leaderTls: flag(false, 'Whether the leader is called with TLS; the four settings below imply it.'),
  leaderCa: optional(path, "PEM certificates to trust for the leader's instead of the well-known ones."),
  leaderCert: optional(path, 'PEM certificate of this member towards the leader, with its key.'),
  leaderKey: optional(path, 'PEM key of that certificate.'),
  leaderServerName: optional(text, "The name that the leader's certificate carries."),
  leaderUsername: optional(text, 'Sent to the leader with each call.'),
  leaderPassword: secret('Sent to the leader with each call.'),

  connectDeadline: duration(
    '10s',
    anyWait,
    'How long connecting to the leader and its GetMembers may take, or its ScanRegions.',
  ),
  leaderKeepalive: duration('10s', { min: '5s', max: '1h' }, 'How often a silent leader is pinged.'),
  leaderKeepaliveTimeout: duration('10s', { min: '1s', max: '1h' }, 'How long it may owe the answer.'),
  silence: duration(
    '30s',
    { min: '100ms', max: '1h' },
    "How long nothing may be heard before the leader is connected to anew: at least twice the leader's keepalive.",
  ),
  retry: duration(
    '100ms',
    anyWait,
    'Wait before the leader is connected to anew; it doubles, and all of it is chance.',
  ),
  retryMax: duration('3s', anyWait, 'Longest such wait.'),
  healthyAfter: duration('30s', anyWait, 'How long a follower must be live for the waits to start over.'),
  receiveWindow: bytes(
    '1MiB',
    { min: '64KiB', max: '1GiB' },
    'HTTP/2 window towards the leader; a larger one is faster on long links and holds the loop longer.',
  ),
  maxFrame: bytes(
    '64MiB',
    { min: '1MiB', max: '1GiB' },
    'Longest frame that is taken: an old PD sends all that was missed in one.',
  ),
  maxFrameRegions: integer(100_000, { min: '1000', max: '10000000' }, 'Most regions of one.'),
  applyFrames: integer(
    2,
    { min: '1', max: '64' },
    'Frames that wait to be applied before the leader is held back.',
  ),
  frameDeadline: duration(
    '2m',
    anyWait,
    'How long taking one frame may last before /livez fails: several times what the store may take.',
  ),
  trustForeign: flag(
    false,
    "Whether a PD's index still counts on a new connection; without it its regions are taken anew.",
  ),
};

type Values = ValuesOf<typeof followingSettings>;

/** How a leader is followed. */
export function followerSettings(settings: Values): FollowerSettings {
  return {
    plan: { trustForeign: settings.trustForeign },
    silenceMs: settings.silence,
    retry: {
      initialMs: settings.retry,
      maxMs: settings.retryMax,
      factor: 2,
      jitter: 1,
      resetAfterMs: settings.healthyAfter,
    },
    applyFrames: settings.applyFrames,
    frameDeadlineMs: settings.frameDeadline,
    frame: { blocks: settings.maxFrameRegions, bytes: settings.maxFrame },
  };
}

/** How the leader at `address` is reached. */
export function linkSettings(settings: Values, address: string): LeaderLinkSettings {
  return {
    address,
    security: leaderSecurity(settings),
    identity: leaderIdentity(settings),
    connectDeadlineMs: settings.connectDeadline,
    maxFrameBytes: settings.maxFrame,
    keepalive: leaderKeepalive(settings),
    flowControlWindow: settings.receiveWindow,
  };
}

/** How the calls of others are passed on to the leader: in their names, so without this member's. */
export function lineOptions(settings: Values): ConnectOptions {
  return {
    security: leaderSecurity(settings),
    maxReceiveBytes: settings.maxFrame,
    keepalive: leaderKeepalive(settings),
    reconnect: { initialMs: settings.retry, maxMs: settings.retryMax },
  };
}

function leaderSecurity(settings: Values): ClientSecurity {
  const {
    leaderTls: tls,
    leaderCa: ca,
    leaderCert: cert,
    leaderKey: key,
    leaderServerName: serverName,
  } = settings;
  return clientSecurityOf({ tls, ca, cert, key, serverName });
}

function leaderIdentity({ leaderUsername, leaderPassword }: Values): ClientIdentity {
  return leaderUsername === undefined || leaderPassword === undefined
    ? { kind: 'none' }
    : { kind: 'password', username: leaderUsername, password: leaderPassword };
}

function leaderKeepalive(settings: Values): ConnectOptions['keepalive'] & object {
  return { timeMs: settings.leaderKeepalive, timeoutMs: settings.leaderKeepaliveTimeout };
}
