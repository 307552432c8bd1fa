import { withFollower, withListener } from './meddle.ts';
import type { Sabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';

const behind: Partial<Scenario> = {
  tier: 'none',
  hasRelay: true,
  nodes: 4,
  keys: 1,
  pauseMs: 5,
  ttlMs: 60_000,
  graceMs: 0,
  maxStalenessMs: 500,
  writesInBursts: true,
  mutateShare: 0,
  elsewhereShare: 0,
  faultEveryMs: 150,
};

/** Each protection of a relay, switched off. */
export const relaySabotages: readonly Sabotage[] = [
  {
    name: 'telling how old the knowledge of a relay is',
    scenario: { ...behind, faults: ['the relay is partitioned, silently'], faultEveryMs: 500 },
    wrapRelayLog: (log, { clock }) =>
      withFollower(log, () => ({ horizonAgeMs: () => 0, horizonAt: () => clock.monotonic() })),
  },
  {
    name: 'waiting for those behind a relay',
    scenario: { ...behind, faults: ['is frozen'] },
    wrapRelayLog: (log) => withListener(log, () => ({ passage: undefined })),
  },
  {
    name: 'passing resets on to those behind a relay',
    scenario: { ...behind, faults: ['Redis restarts empty', 'the relay is partitioned, silently'] },
    wrapRelayLog: (log) => withListener(log, () => ({ onReset: () => undefined })),
  },
];
