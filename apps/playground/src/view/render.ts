import type { CouponSnapshot, LinkSnapshot, PoolSnapshot, QueueSnapshot, Snapshot } from './snapshot.ts';

const count = new Intl.NumberFormat('en-US');

/** The live view: one line per link, one per pool, one per queue, three for the coupons of a region. */
export function renderLines(snapshot: Snapshot): string[] {
  return [
    ...snapshot.links.map(linkLine),
    ...snapshot.pools.map(poolLine),
    ...snapshot.queues.map(queueLine),
    ...snapshot.coupons.flatMap(couponLines),
  ];
}

/** The same on one line, for a log. */
export function renderOneLine(snapshot: Snapshot): string {
  return [
    ...snapshot.links.map(({ from, to, state }) =>
      state === undefined
        ? `${from}→${to} shipper down`
        : `${from}→${to} lag ${lag(state.lagMs)}, ${count.format(state.queued)} queued, ${count.format(state.opsPerSecond)} ops/s${tierText(state.tier, ', ')}`,
    ),
    ...snapshot.pools.map(
      ({ region, nodes, nodesUp, items, hitRatio }) =>
        `${region} ${nodesUp}/${nodes} up, ${count.format(items)} items, ${percent(hitRatio)} hits`,
    ),
    ...snapshot.queues.map(
      ({ region, queue, leader, accepted }) =>
        `${region} ${queue} ${leaderText(leader)}, ${count.format(accepted)} accepted`,
    ),
    ...snapshot.coupons.map(couponText),
  ].join(' · ');
}

function linkLine({ from, to, state }: LinkSnapshot): string {
  const name = `${from} → ${to}`.padEnd(16);
  if (state === undefined) return `${name} shipper down`;
  return `${name} lag ${lag(state.lagMs).padStart(9)}   queued ${count.format(state.queued).padStart(7)}   ${count.format(state.opsPerSecond).padStart(7)} ops/s${tierText(state.tier, '   ')}`;
}

/** Nothing while writes travel whole. */
function tierText(tier: NonNullable<LinkSnapshot['state']>['tier'], before: string): string {
  return tier === 'log' ? '' : `${before}tier ${tier}`;
}

function poolLine({ region, nodes, nodesUp, items, hitRatio }: PoolSnapshot): string {
  return `${`pool ${region}`.padEnd(16)} nodes ${`${nodesUp}/${nodes}`.padStart(7)}   items  ${count.format(items).padStart(7)}   ${percent(hitRatio).padStart(7)} hits`;
}

function queueLine({ region, queue, leader, accepted, waiting }: QueueSnapshot): string {
  const left = waiting === undefined ? '–' : count.format(waiting);
  return `${`queue ${region}`.padEnd(16)} ${queue}: ${leaderText(leader).padEnd(34)} accepted ${count.format(accepted).padStart(7)}   waiting ${left.padStart(7)}`;
}

function couponLines(snapshot: CouponSnapshot): string[] {
  const cell = (name: string, value: number, width: number): string => `${name} ${count.format(value).padStart(width)}`;
  const { fresh, stale, loaded, failed, sourceCalls, refreshes, duplicates, torn } = snapshot;
  const answers = [
    cell('requests', requests(snapshot), 8),
    cell('fresh', fresh, 8),
    cell('stale', stale, 7),
    cell('loaded', loaded, 5),
  ];
  const work = [
    cell('source calls', sourceCalls, 3),
    cell('refreshes', refreshes, 3),
    cell('duplicates', duplicates, 1),
    cell('torn', torn, 1),
    cell('failed', failed, 1),
  ];
  // No line is wider than a terminal of 80 columns.
  const lines = [refresherText(snapshot), answers.join('  '), work.join('  ')];
  return lines.map((line, at) => `${(at === 0 ? `coupons ${snapshot.region}` : '').padEnd(16)} ${line}`);
}

function couponText(snapshot: CouponSnapshot): string {
  const { region, fresh, stale, loaded, failed, sourceCalls, refreshes, duplicates, torn } = snapshot;
  const answers = `${count.format(fresh)} fresh, ${count.format(stale)} stale, ${count.format(loaded)} loaded, ${count.format(failed)} failed`;
  const work = `${count.format(sourceCalls)} source calls, ${count.format(refreshes)} refreshes, ${duplicates} duplicates, ${torn} torn`;
  return `${region} coupons ${count.format(requests(snapshot))} requests (${answers}), ${work}, ${refresherText(snapshot)}`;
}

function requests({ fresh, stale, loaded, failed }: CouponSnapshot): number {
  return fresh + stale + loaded + failed;
}

function refresherText({ refresher, trouble }: CouponSnapshot): string {
  return trouble ?? (refresher === undefined ? 'nobody refreshes' : `refreshed by ${refresher}`);
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
