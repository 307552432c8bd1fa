import { startRedis } from '@lockstep/testing';

import type { BenchCase, Contestant, Surroundings } from '../harness/bench-case.ts';
import { lockstepCache, otherCaches } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import { lockstepDelivery } from './lockstep-delivery.ts';
import { fanOutContestant, type FanOutResult, quantile } from './fan-out.ts';
import { idleInfoContestant, idleProcessorContestant } from './idle-followers.ts';
import { pubsubDelivery } from './pubsub-delivery.ts';
import { throughputContestant } from './publish-throughput.ts';
import { streamDelivery } from './stream-delivery.ts';

/** The rates at which the cost is measured: four processes on one core keep up with each. */
const fanOuts = [
  { followers: 1, ratePerSecond: 1000 },
  { followers: 4, ratePerSecond: 1000 },
  { followers: 50, ratePerSecond: 200 },
  { followers: 500, ratePerSecond: 20 },
] as const;
/** What there is without a library. */
const bare = [pubsubDelivery, streamDelivery] as const;
/** Messages alone are the least that an eviction can take. */
const evictions = [lockstepCache, ...bare, ...otherCaches] as const;
/** So rare that the heartbeats of many followers do not hide what one publish costs; those have cases of their own. */
const rarely = 60_000;

async function prepare(): Promise<Surroundings> {
  const redis = await startRedis();
  return {
    params: { redisUrl: redis.url, redisPid: String(redis.pid) },
    pids: [redis.pid],
    [Symbol.asyncDispose]: () => redis.close(),
  };
}

function caseOf(
  name: string,
  unit: string,
  higherIsBetter: boolean,
  contestant: (delivery: Delivery) => Contestant,
  [subject, ...peers]: readonly [Delivery, ...Delivery[]] = [lockstepDelivery, ...bare],
): BenchCase {
  return {
    bench: 'invalidation',
    case: name,
    unit,
    higherIsBetter,
    prepare,
    subject: contestant(subject),
    peers: peers.map(contestant),
  };
}

/** At this rate code is compiled late, and until then a percent of the messages waits for code that is not. */
const latencyWarmUpRuns = 6;
/** Four processes, as a small fleet has, that ask as often as a cache does which serves nothing older than two seconds. */
const fleet = { followers: 4, ratePerSecond: 1000, heartbeatMs: 500 };

function latencyCase(what: string, percentile: number, deliveries?: readonly [Delivery, ...Delivery[]]): BenchCase {
  const read = ({ latencies }: FanOutResult): number => quantile(latencies, percentile / 100);
  const latency = caseOf(
    `${what}, 4 processes, 1,000/s, p${percentile}`,
    'ms',
    false,
    (delivery) => fanOutContestant(delivery, fleet, read),
    deliveries,
  );
  return { ...latency, warmUpRuns: latencyWarmUpRuns };
}

/** What it takes to tell every process which key to forget: ours against messages that may be missed, and a plain stream. */
export const invalidationCases: readonly BenchCase[] = [
  ...[50, 99].map((percentile) => latencyCase('publish to heard', percentile)),
  ...[50, 99].map((percentile) => latencyCase('invalidation to eviction', percentile, evictions)),
  caseOf(
    'cost of an invalidation, 4 processes, 1,000/s',
    'µs CPU of Redis',
    false,
    (delivery) => fanOutContestant(delivery, fleet, (result) => result.redisMicrosPerPublish),
    evictions,
  ),
  ...fanOuts.map((fanOut) =>
    caseOf(`cost of a publish, ${fanOut.followers} followers`, 'µs CPU of Redis', false, (delivery) =>
      fanOutContestant(delivery, { ...fanOut, heartbeatMs: rarely }, (result) => result.redisMicrosPerPublish),
    ),
  ),
  caseOf('500 idle followers, processor', 'µs CPU of Redis/s', false, (delivery) =>
    idleProcessorContestant(delivery, 500),
  ),
  caseOf('500 idle followers, memory', 'B of Redis/follower', false, (delivery) =>
    idleInfoContestant(delivery, 500, 'used_memory'),
  ),
  caseOf('500 idle followers, connections', 'per follower', false, (delivery) =>
    idleInfoContestant(delivery, 500, 'connected_clients'),
  ),
  ...[1, 256].map((concurrency) =>
    caseOf(`publishes, ${concurrency} at a time`, 'ops/s', true, (delivery) =>
      throughputContestant(delivery, concurrency),
    ),
  ),
];
