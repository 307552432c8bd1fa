import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  afterEntry,
  endOf,
  findGap,
  type LogPosition,
  type LogSnapshot,
  positionAt,
  withFacts,
} from '../src/continuity.ts';
import { compareIds, FIRST_ID } from '../src/entry-id.ts';
import type { LogEntry } from '../src/stream-reply.ts';

/** A log as Redis keeps it, which can forget in every way that Redis can. */
class ModelLog {
  #time = 0;
  #entries: LogEntry[] = [];
  #lastId = FIRST_ID;
  #added = 0;
  #run = 0;
  #saved = { entries: this.#entries, lastId: FIRST_ID, added: 0 };

  publish(): string {
    this.#time += 1;
    this.#lastId = `${this.#time}-0`;
    this.#added += 1;
    this.#entries = [...this.#entries, { id: this.#lastId, keys: [`${this.#time}`] }];
    return `${this.#time}`;
  }
  trim(keep: number): void {
    this.#entries = this.#entries.slice(Math.max(0, this.#entries.length - keep));
  }
  save(): void {
    this.#saved = { entries: this.#entries, lastId: this.#lastId, added: this.#added };
  }
  restart(): void {
    this.#entries = this.#saved.entries;
    this.#lastId = this.#saved.lastId;
    this.#added = this.#saved.added;
    this.#run += 1;
  }
  snapshot(cursor: string, limit: number, isOld: boolean): LogSnapshot {
    const entries = this.#entries.filter(({ id }) => compareIds(id, cursor) > 0).slice(0, limit);
    return {
      runId: `run-${this.#run}`,
      lastId: this.#lastId,
      firstId: this.#entries[0]?.id,
      added: isOld ? undefined : this.#added,
      entries,
      isComplete: entries.length < limit,
    };
  }
}

const LIMIT = 3;
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'publish' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'check' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), keep: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'save' as const }, { kind: 'restart' as const }) },
);

describe('a follower that clears when findGap says so', () => {
  it.each([
    ['Redis 7, from now', false, undefined],
    ['Redis 7, from the beginning', false, FIRST_ID],
    ['Redis 6, from now', true, undefined],
    ['Redis 6, from the beginning', true, FIRST_ID],
  ])('never believes a key fresh that was invalidated: %s', (_name, isOld, from) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const log = new ModelLog();
        // Keys whose invalidation was acknowledged and not heard yet.
        const unheard = new Set<string>();
        let position: LogPosition | undefined;
        const check = (): boolean => {
          position ??= from === undefined ? endOf(log.snapshot(FIRST_ID, LIMIT, isOld)) : positionAt(from);
          const snapshot = log.snapshot(position.cursor, LIMIT, isOld);
          const gap = findGap(position, snapshot);
          if (gap !== undefined) unheard.clear();
          else for (const entry of snapshot.entries) for (const key of entry.keys) unheard.delete(key);
          position = gap === undefined ? snapshot.entries.reduce(afterEntry, position) : endOf(snapshot);
          const isAtEnd = gap !== undefined || snapshot.isComplete;
          position = withFacts(position, snapshot, isAtEnd);
          return isAtEnd;
        };
        const missed: string[] = [];
        check();
        for (const each of [...steps, { kind: 'check' as const }]) {
          if (each.kind === 'publish') unheard.add(log.publish());
          else if (each.kind === 'trim') log.trim(each.keep);
          else if (each.kind === 'save') log.save();
          else if (each.kind === 'restart') log.restart();
          else {
            while (!check());
            missed.push(...unheard);
          }
        }
        expect(missed).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is not reset while nothing was forgotten', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (steps) => {
        const log = new ModelLog();
        let position = withFacts(positionAt(FIRST_ID), log.snapshot(FIRST_ID, LIMIT, false), true);
        for (const isPublish of steps) {
          if (isPublish) {
            log.publish();
            continue;
          }
          const snapshot = log.snapshot(position.cursor, LIMIT, false);
          expect(findGap(position, snapshot)).toBeUndefined();
          position = withFacts(snapshot.entries.reduce(afterEntry, position), snapshot, snapshot.isComplete);
        }
      }),
    );
  });
});
