import { startRedis } from '@lockstep/testing';

import { formatValue } from '../harness/report.ts';
import type { Report } from '../harness/report-bench.ts';
import { startGateway } from './gateway-process.ts';
import { refreshPeers } from './peers/refresh-peers.ts';
import { startSlowSource } from './slow-source.ts';

const processes = 4;
const readsAtOnce = 250;
const readers = 20;
const sourceMs = 200;
const ttlMs = 2000;
const refreshBelowMs = 500;
/** How many times the data comes of age. */
const expiries = { quick: 1, thorough: 5 } as const;

/** What four processes of one library made of a slow source. */
export interface StampedeResult {
  readonly bench: 'refresh';
  readonly library: string;
  /** Calls of the source for 1,000 reads at once that found nothing. */
  readonly coldCalls: number;
  /** Calls of the source per time that the data came of age, under steady reads. */
  readonly callsPerExpiry: number;
  /** Of the steady reads, in the slowest process. */
  readonly p99Ms: number;
}

/** How often a source of 200 ms is asked, and who waits for it. */
export const stampedeReport: Report = {
  cases: refreshPeers.map(({ name }) => `stampede: ${name}`),
  async run({ quick, isWanted, onProgress }) {
    const results: StampedeResult[] = [];
    for (const { name } of refreshPeers) {
      if (!isWanted(`stampede: ${name}`)) continue;
      onProgress(`stampede: ${name}`);
      results.push(await stampede(name, expiries[quick ? 'quick' : 'thorough']));
    }
    return { table: renderTable(results), results };
  },
};

async function stampede(peer: string, refreshes: number): Promise<StampedeResult> {
  await using redis = await startRedis();
  await using source = await startSlowSource(sourceMs);
  const settings = { peer, redisUrl: redis.url, sourceUrl: source.url, ttlMs, refreshBelowMs };
  const starting = Array.from({ length: processes }, () => startGateway(settings));
  try {
    const gateways = await Promise.all(starting);
    const all = (times: number, forMs: number): Promise<{ readonly p99Ms?: number }[]> =>
      Promise.all(gateways.map((gateway) => gateway.ask({ times, forMs })));
    await all(readsAtOnce, 0);
    const coldCalls = source.takeCalls();
    // From one refresh to the next lies the time that leaves no more than the threshold.
    const answers = await all(readers, refreshes * (ttlMs - refreshBelowMs + sourceMs));
    return {
      bench: 'refresh',
      library: peer,
      coldCalls,
      callsPerExpiry: source.takeCalls() / refreshes,
      p99Ms: Math.max(...answers.map(({ p99Ms = 0 }) => p99Ms)),
    };
  } finally {
    const started = await Promise.allSettled(starting);
    for (const one of started) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
  }
}

function renderTable(results: readonly StampedeResult[]): string {
  if (results.length === 0) return '';
  const heads = ['library', 'source calls, 1,000 cold reads', 'source calls per expiry', 'p99 of steady reads'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(['---', '---:', '---:', '---:']),
    ...results.map(({ library, coldCalls, callsPerExpiry, p99Ms }) =>
      line([library, String(coldCalls), callsPerExpiry.toFixed(1), `${formatValue(p99Ms)} ms`]),
    ),
  ].join('\n');
}
