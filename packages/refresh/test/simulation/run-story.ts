import * as fc from 'fast-check';

import type { Sabotage } from './sabotages.ts';
import { FORCED_KEY } from './oracle.ts';
import { MAX_HOP_MS } from './sim-link.ts';
import { createSimWorld, KEPT_MS, type SimProcess, type SimWorld, TTL_MS } from './sim-world.ts';

/** One thing that happens, some time after the one before it. */
export interface SimEvent {
  readonly kind: (typeof KINDS)[number];
  readonly afterMs: number;
  readonly process: number;
  readonly key: string;
}

/** What happens in one world. */
export interface Story {
  readonly seed: number;
  readonly events: readonly SimEvent[];
}

const KINDS = [
  'read',
  'reads',
  'expire',
  'remove',
  'publish',
  'freeze',
  'freeze at write',
  'thaw',
  'crash',
  'jump',
  'sleep',
  'manual',
  'patch',
] as const;
const KEYS = ['s:1', 's:2'];
const PROCESSES = 3;

/** Any story. */
export function storyArbitrary(maxLength: number): fc.Arbitrary<Story> {
  const event = fc.record({
    kind: fc.constantFrom(...KINDS, 'read', 'reads', 'reads', 'expire'),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3000 })),
    process: fc.nat({ max: PROCESSES - 1 }),
    key: fc.constantFrom(...KEYS),
  });
  return fc.record({ seed: fc.integer({ min: 1, max: 1e9 }), events: fc.array(event, { minLength: 5, maxLength }) });
}

/** What came of a story. */
export interface StoryEnd {
  /** What was wrong in it; nothing, when all rules held. */
  readonly violations: string[];
  /** How much of each there was. */
  readonly tally: Readonly<Record<string, number>>;
}

/** Lets it happen, and then everything heal. */
export async function runStory({ seed, events }: Story, sabotage?: Sabotage): Promise<StoryEnd> {
  const world = createSimWorld(seed, sabotage);
  const { clock, oracle } = world;
  const processes = Array.from({ length: PROCESSES }, () => world.start());
  await clock.advance(100);
  for (const event of events) {
    await clock.advance(event.afterMs);
    happen(world, processes, event);
  }
  for (const { link } of processes) {
    link.freezesAtWrite = false;
    link.thaw();
  }
  // Everything heals: the leases of the dead, the tasks that stalled, the back-off of what failed.
  for (let i = 0; i < 8; i++) {
    await clock.advance(TTL_MS / 2);
    for (const key of KEYS) void read(world, processes[0]!, key);
  }
  await clock.advance(2000);
  for (const key of KEYS) {
    const found = await oracle.store.read(key, 'hash', { kind: 'element', id: 'a' });
    const bytes = found?.content.shape === 'hash' ? found.content.elements.get('a') : undefined;
    const { version } = JSON.parse(bytes?.toString() ?? '{"version":-1}') as { version: number };
    if (version !== (world.versions.get(key) ?? 0)) oracle.violations.push(`${key} is not what the source has`);
  }
  const tally: Record<string, number> = { calls: oracle.calls.length };
  for (const { gateway, worker } of processes) {
    for (const [name, count] of [...Object.entries(gateway.stats()), ...Object.entries(worker.stats())]) {
      tally[name] = (tally[name] ?? 0) + count;
    }
  }
  return { violations: oracle.violations, tally };
}

function happen(world: SimWorld, processes: SimProcess[], { kind, process, key }: SimEvent): void {
  const one = processes[process]!;
  const { link, worker } = one;
  switch (kind) {
    case 'reads':
      for (let i = 0; i < 5; i++) void read(world, one, key);
      for (const other of processes) {
        void read(world, other, key);
        void read(world, other, FORCED_KEY);
      }
      return;
    case 'read':
      return void read(world, one, key);
    case 'expire':
    case 'remove':
      world.versions.set(key, (world.versions.get(key) ?? 0) + 1);
      return void worker.invalidate(key, kind).catch((error: Error) => world.errors.push(error));
    case 'patch': {
      const elements = new Map([['p', { id: 'p' }]]);
      return void worker.patch(key, elements).catch((error: Error) => world.errors.push(error));
    }
    case 'publish':
      world.versions.set(key, (world.versions.get(key) ?? 0) + 1);
      return void world.log.publish([key]);
    case 'manual':
      return void world.queue.enqueue({ key: FORCED_KEY, reason: 'manual', requestedAt: world.clock.now() });
    case 'freeze':
      return link.freeze();
    case 'freeze at write':
      link.freezesAtWrite = true;
      return;
    case 'thaw':
      return link.thaw();
    case 'crash':
      link.crash();
      processes[process] = world.start();
      return;
    case 'jump':
      return world.clock.stepWall(process === 0 ? -5000 : 5000);
    case 'sleep':
      world.sleeps++;
      return world.clock.freeze(500);
  }
}

async function read(world: SimWorld, { link, gateway }: SimProcess, key: string): Promise<void> {
  const { clock, oracle, sleeps } = world;
  const { freezes, isFrozen: wasFrozen } = link;
  const from = clock.monotonic();
  const removals = oracle.removals.get(key);
  const before = await oracle.store.read(key, 'hash', { kind: 'whole' });
  try {
    const { data } = await gateway.read(key);
    const tookMs = clock.monotonic() - from;
    const isUndisturbed =
      sleeps === world.sleeps && !wasFrozen && !link.isFrozen && link.freezes === freezes && !link.isCrashed;
    // What was removed meanwhile, or had been kept for nearly as long as it may, is not warm: then the read may have had
    // to wait, and is asked for no more than to be whole. A refresh meanwhile is nothing that a read may wait for.
    const isKept = before !== undefined && before.ageMs < KEPT_MS - 2 * MAX_HOP_MS;
    const isWarm = isKept && oracle.removals.get(key) === removals && isUndisturbed;
    oracle.sawRead(key, data, tookMs, isWarm);
  } catch (error) {
    // A reader may be told that nobody loaded it in time, and nothing worse.
    const { code } = error as { code?: string };
    if (code !== 'ERR_REFRESH_TIMEOUT') oracle.violations.push(`a read failed with ${String(error)}`);
  }
}
