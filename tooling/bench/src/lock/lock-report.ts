import { startRedis } from '@lockstep/testing';

import type { Report } from '../harness/report-bench.ts';
import { contend, type ContendedFigures } from './contended.ts';
import { handOver, type HandOffFigures } from './hand-off.ts';
import { renderLockTable } from './lock-table.ts';
import { leaderPeers, lockPeers } from './peers/lock-peers.ts';

const extents = {
  quick: { warmUpMs: 300, durationMs: 1000, graceful: 2, crashes: 1, idleMs: 1500 },
  thorough: { warmUpMs: 1500, durationMs: 6000, graceful: 24, crashes: 6, idleMs: 3000 },
} as const;

/** What was measured of one library while several want one lock. */
export type LockResult = { readonly bench: 'lock'; readonly library: string } & (
  | ({ readonly case: 'contended' } & ContendedFigures)
  | ({ readonly case: 'hand-off' } & HandOffFigures)
);

/** One lock that many want: how much gets done, who gets it, and how fast it changes hands. */
export const lockReport: Report = {
  cases: [
    ...lockPeers.map((peer) => `contended: ${peer.name}`),
    ...leaderPeers.map((peer) => `hand-off: ${peer.name}`),
  ],
  async run({ quick, isWanted, onProgress }) {
    const extent = extents[quick ? 'quick' : 'thorough'];
    const results: LockResult[] = [];
    for (const { name: library } of lockPeers) {
      if (!isWanted(`contended: ${library}`)) continue;
      onProgress(`contended: ${library}`);
      await using server = await startRedis();
      const figures = await contend(library, server.url, extent);
      results.push({ bench: 'lock', library, case: 'contended', ...figures });
    }
    for (const { name: library } of leaderPeers) {
      if (!isWanted(`hand-off: ${library}`)) continue;
      onProgress(`hand-off: ${library}`);
      await using server = await startRedis();
      const figures = await handOver(library, server.url, extent);
      results.push({ bench: 'lock', library, case: 'hand-off', ...figures });
    }
    return { table: renderLockTable(results), results };
  },
};
