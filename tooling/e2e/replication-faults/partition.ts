import { setTimeout as wait } from 'node:timers/promises';

import type { Held } from './design.ts';
import { isAtRest, judgeLag, reportWhere } from './lag.ts';
import { maxStreamBytes } from './lockstep-design.ts';
import { settle } from './settle.ts';
import type { World, WorldRegion } from './world.ts';
import { writeKey } from './write-key.ts';

/** So many bytes are written while the wire is cut: more than a journal here may hold with all that is said of its bound. */
const keys = 192;
const valueBytes = 64 * 1024;
const writers = 6;
/** How often it is looked meanwhile what is held. */
const looks = 8;
const everyMs = 50;
const patienceMs = 60_000;

/** What came of it. */
export interface PartitionOutcome {
  /** Bytes in Redis of what had not arrived, at most. */
  readonly heldBytes: number;
  /** Bytes by which these were above the bound. */
  readonly overBytes: number;
  /** How the journal took writes at the end. */
  readonly tier: string;
  readonly lagMs: number;
  readonly measuredLagMs: number;
  /** Both, as parts of the time that the wire had been cut. */
  readonly shares: readonly number[];
  /** What is wrong with the two. */
  readonly problems: readonly string[];
  /** Keys that the other region has as they were written before. */
  readonly stale: readonly string[];
  /** Keys that it has as they were written last. */
  readonly arrived: number;
}

/**
 * Cuts the wire to the second region, writes more than the journal may hold for it, and looks at what is held and at what is
 * said of the lag, until that is `untilMs`. Then heals the wire, and looks at every key.
 */
export async function partition(world: World, untilMs: number): Promise<PartitionOutcome> {
  const [from, to] = pairOf(world);
  await writeAll(world, from, { number: 1, bytes: 1 });
  await settle(world, { namespace: 'partition:before' });
  const { askedAt: restedAt } = await reportWhere(isAtRest, [from, to]);
  to.wire.set({ cut: true });
  const cutAt = performance.now();
  if (!(await writeKey(world, from, { key: `own:partition:${from.name}`, number: 1, body: Buffer.from('1 ') })))
    throw new Error(`${from.name} takes no writes`);
  const writtenAt = performance.now();
  const { heldBytes, overBytes } = await overflow(world);
  const isLate = (lagMs: number): boolean => lagMs >= untilMs;
  const report = await reportWhere(({ lagMs, measuredLagMs }) => isLate(lagMs) && isLate(measuredLagMs), [from, to]);
  const cutForMs = report.answeredAt - cutAt;
  to.wire.set({});
  await settle(world, { namespace: 'partition:after' });
  // What has arrived is late no more, and there is room.
  await reportWhere((now) => isAtRest(now) && now.tier === 'log', [from, to]);
  const names = keysOf(from);
  const found = await to.reader.read(names);
  const { tier, lagMs, measuredLagMs } = report;
  return {
    heldBytes,
    overBytes,
    tier,
    lagMs,
    measuredLagMs,
    shares: [lagMs / cutForMs, measuredLagMs / cutForMs],
    problems: judgeLag(report, { restedAt, writtenAt }),
    stale: names.filter((key) => found.has(key) && found.get(key) !== 2),
    arrived: [...found.values()].filter((number) => number === 2).length,
  };
}

/** Writes more than the journal of the first region may hold, and looks meanwhile at what it holds. The wire must be cut. */
export async function overflow(world: World): Promise<{ readonly heldBytes: number; readonly overBytes: number }> {
  const { design } = world;
  const [from] = pairOf(world);
  const most = { heldBytes: 0, overBytes: 0 };
  const look = async (): Promise<void> => {
    const held = await design.held(from.place);
    most.heldBytes = Math.max(most.heldBytes, held.bytes);
    most.overBytes = Math.max(most.overBytes, held.bytes - boundOf(held));
  };
  await writeAll(world, from, { number: 2, bytes: valueBytes, look });
  // Of a design that takes what it sends out of Redis: until it has found that it cannot be sent.
  const giveUpAt = performance.now() + (design.isLossless ? 0 : patienceMs);
  do {
    await look();
    await wait(everyMs);
  } while (most.overBytes === 0 && performance.now() < giveUpAt);
  return most;
}

/** What may be held for a region that is away: the bound, and a block for each shard. */
function boundOf({ streams, largest }: Held): number {
  return maxStreamBytes + streams * largest;
}

function pairOf({ regions: [from, to] }: World): readonly [WorldRegion, WorldRegion] {
  if (from === undefined || to === undefined) throw new Error('there are not two regions');
  return [from, to];
}

function keysOf({ name }: WorldRegion): string[] {
  return Array.from({ length: keys }, (_, at) => `own:partition:${name}:${at}`);
}

/** What to write to all keys. */
interface WritePlan {
  readonly number: number;
  readonly bytes: number;
  readonly look?: () => Promise<void>;
}

async function writeAll(world: World, from: WorldRegion, { number, bytes, look }: WritePlan): Promise<void> {
  const body = Buffer.from(`${number} ${'x'.repeat(bytes)}`);
  const left = keysOf(from);
  const turns = Array.from({ length: writers }, async () => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) {
      if (!(await writeKey(world, from, { key, number, body }))) throw new Error(`${from.name} takes no writes`);
      if (left.length % (keys / looks) === 0) await look?.();
    }
  });
  await Promise.all(turns);
}
