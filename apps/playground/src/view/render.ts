import type { LinkSnapshot, PoolSnapshot, QueueSnapshot, Snapshot } from './snapshot.ts';

const count = new Intl.NumberFormat('en-US');

/** The live view: one line per link, one per pool, one per queue. */
export function renderLines(snapshot: Snapshot): string[] {
  return [...snapshot.links.map(linkLine), ...snapshot.pools.map(poolLine), ...snapshot.queues.map(queueLine)];
}

/** The same on one line, for a log. */
export function renderOneLine(snapshot: Snapshot): string {
  return [
    ...snapshot.links.map(({ from, to, state }) =>
      state === undefined
        ? `${from}→${to} shipper down`
        : `${from}→${to} lag ${lag(state.lagMs)}, ${count.format(state.queued)} queued, ${count.format(state.opsPerSecond)} ops/s`,
    ),
    ...snapshot.pools.map(
      ({ region, nodes, nodesUp, items, hitRatio }) =>
        `${region} ${nodesUp}/${nodes} up, ${count.format(items)} items, ${percent(hitRatio)} hits`,
    ),
    ...snapshot.queues.map(
      ({ region, queue, leader, accepted }) =>
        `${region} ${queue} ${leaderText(leader)}, ${count.format(accepted)} accepted`,
    ),
  ].join(' · ');
}

function linkLine({ from, to, state }: LinkSnapshot): string {
  const name = `${from} → ${to}`.padEnd(16);
  if (state === undefined) return `${name} shipper down`;
  return `${name} lag ${lag(state.lagMs).padStart(9)}   queued ${count.format(state.queued).padStart(7)}   ${count.format(state.opsPerSecond).padStart(7)} ops/s`;
}

function poolLine({ region, nodes, nodesUp, items, hitRatio }: PoolSnapshot): string {
  return `${`pool ${region}`.padEnd(16)} nodes ${`${nodesUp}/${nodes}`.padStart(7)}   items  ${count.format(items).padStart(7)}   ${percent(hitRatio).padStart(7)} hits`;
}

function queueLine({ region, queue, leader, accepted, waiting }: QueueSnapshot): string {
  const left = waiting === undefined ? '–' : count.format(waiting);
  return `${`queue ${region}`.padEnd(16)} ${queue}: ${leaderText(leader).padEnd(34)} accepted ${count.format(accepted).padStart(7)}   waiting ${left.padStart(7)}`;
}

function leaderText(leader: QueueSnapshot['leader']): string {
  return leader === undefined ? 'nobody leads' : `led by ${leader.name} in term ${leader.term}`;
}

function lag(ms: number): string {
  return `${count.format(Math.round(ms))} ms`;
}

function percent(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${Math.round(ratio * 100)} %`;
}
