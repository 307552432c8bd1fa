import { createHash } from 'node:crypto';

import type { FaceKind } from './face-kind.ts';
import { type AppChange, rate, startLockstepProxy } from './lockstep-proxy.ts';
import { keyPrefix } from './workload.ts';

const token = 'a-token-of-the-bench';
const sha256 = createHash('sha256').update(token).digest('hex');
const tokens = [{ name: 'bench', sha256, scopes: ['read'], prefixes: [keyPrefix] }];

/** The app as it is deployed, but for one thing less, or one more. */
export const changedApps: readonly FaceKind[] = [
  changed('without limits', { proxy: { limits: undefined } }),
  changed('without bans', { proxy: { bans: undefined } }),
  changed('without classes', { classes: [] }),
  changed('without the fast lane', { proxy: { fastLane: false } }),
  { ...changed('with tokens', { proxy: { tokens } }), token },
  changed('with load shedding', { proxy: { limits: { rate, shed: { maxEventLoopDelayMs: 60_000 } } } }),
  changed('with limits in Redis', { proxy: { limits: { rate: { ...rate, shared: true } } } }),
  changed('with limits in every answer', { proxy: { limits: { rate: { ...rate, headers: 'always' } } } }),
];

function changed(name: string, change: AppChange): FaceKind {
  return { name, start: (params) => startLockstepProxy(params, 'http', change) };
}
