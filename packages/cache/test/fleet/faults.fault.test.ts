import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import type { View } from '../../src/index.ts';
import { type Fleet, openFleet } from './open-fleet.ts';

const KEYS = 200;
const MAX_STALENESS_MS = 1000;
const FAST = { cache: { maxStalenessMs: MAX_STALENESS_MS }, commandTimeoutMs: 500 };

/** A database that knows which of its values must not be read any more. */
class Rows {
  readonly #values = new Map<string, number>();
  readonly #confirmed = new Map<string, { value: number; at: number }[]>();

  write(id: string): number {
    const value = this.read(id) + 1;
    this.#values.set(id, value);
    return value;
  }

  read(id: string): number {
    return this.#values.get(id) ?? 0;
  }

  /** The invalidation of everything before this value was confirmed. */
  confirm(id: string, value: number): void {
    const known = this.#confirmed.get(id) ?? [];
    known.push({ value, at: performance.now() });
    this.#confirmed.set(id, known);
  }

  /** For how long it had been confirmed at `askedAt` that this value is not the last one. */
  staleForMs(id: string, value: number, askedAt: number): number {
    const later = (this.#confirmed.get(id) ?? []).find((known) => known.value > value);
    return later === undefined ? 0 : Math.max(0, askedAt - later.at);
  }
}

/** Reads and writes everywhere until it is told to stop; says how stale the stalest read was. */
function startWorkload(fleet: Fleet, rows: Rows): { views: View<string, number>[]; stop(): Promise<number> } {
  const stopping = new AbortController();
  let stalestMs = 0;
  const views = fleet.members.map(({ cache }) =>
    cache.define('row', {
      ttlMs: 3_600_000,
      load: async (id: string) => {
        const value = rows.read(id);
        await wait(Math.random() * 5);
        return value;
      },
    }),
  );
  const someId = (): string => String(Math.floor(Math.random() * KEYS));
  const judge = (id: string, value: number | undefined, askedAt: number): void => {
    if (value !== undefined) stalestMs = Math.max(stalestMs, rows.staleForMs(id, value, askedAt));
  };
  const read = async (view: View<string, number>): Promise<void> => {
    while (!stopping.signal.aborted) {
      const id = someId();
      const askedAt = performance.now();
      const value = await view.get(id).catch(() => undefined);
      judge(id, value, askedAt);
      await wait(1);
    }
  };
  const peek = async (view: View<string, number>): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (let id = 0; id < KEYS; id++) judge(String(id), view.peek(String(id)), performance.now());
      await wait(5);
    }
  };
  const write = async (view: View<string, number>): Promise<void> => {
    while (!stopping.signal.aborted) {
      const id = someId();
      const value = rows.write(id);
      await view.invalidate(id).then(
        () => rows.confirm(id, value),
        () => undefined,
      );
      await wait(5);
    }
  };
  const work = Promise.all(views.flatMap((view) => [read(view), peek(view), write(view)]));
  return {
    views,
    async stop() {
      stopping.abort();
      await work;
      return stalestMs;
    },
  };
}

/** After everything has healed: how many values are not what the database says. */
async function countStale(fleet: Fleet, views: readonly View<string, number>[], rows: Rows): Promise<number> {
  await vi.waitFor(
    () => {
      for (const { cache } of fleet.members) {
        expect(cache.health()).toMatchObject({ isServing: true, outbox: 0 });
      }
    },
    { timeout: 20_000, interval: 50 },
  );
  await Promise.all(fleet.members.map(({ cache }) => cache.sync()));
  const ids = Array.from({ length: KEYS }, (_, id) => String(id));
  let stale = 0;
  for (const view of views) {
    stale += ids.filter((id) => (view.peek(id) ?? rows.read(id)) !== rows.read(id)).length;
    const values = await view.getMany(ids);
    stale += values.filter((value, place) => value !== rows.read(ids[place]!)).length;
  }
  return stale;
}

const faults: Record<string, (fleet: Fleet) => Promise<void>> = {
  async 'a partition of one process'({ members }) {
    members[0]!.proxy!.halfOpen();
    await wait(3 * MAX_STALENESS_MS);
    await members[0]!.proxy!.heal();
  },
  async 'connections that are cut again and again'({ members }) {
    for (let round = 0; round < 10; round++) {
      members[round % members.length]!.proxy!.reset();
      await wait(100);
    }
  },
  async 'a Redis that is frozen'({ server }) {
    await server.freeze();
    await wait(2 * MAX_STALENESS_MS);
    await server.thaw();
  },
  async 'a Redis that is killed and comes back empty'({ server }) {
    await server.kill();
    await wait(500);
    await server.restart({ keepData: false });
  },
  async 'a Redis that restarts with its data'({ server }) {
    await server.restart({ keepData: true });
  },
  async 'a FLUSHALL'({ members }) {
    await members[1]!.client.call('FLUSHALL');
  },
};

describe('a fleet of three', () => {
  it.each(Object.keys(faults))('serves nothing older than the bound, and nothing stale after %s', async (name) => {
    await using fleet = await openFleet({ size: 3, isProxied: true, ...FAST });
    const rows = new Rows();
    const workload = startWorkload(fleet, rows);
    await wait(300);
    await faults[name]!(fleet);
    await wait(500);
    const stalestMs = await workload.stop();
    expect(stalestMs).toBeLessThan(MAX_STALENESS_MS);
    expect(await countStale(fleet, workload.views, rows)).toBe(0);
  });
});
