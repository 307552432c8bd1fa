import * as fc from 'fast-check';
import { expect } from 'vitest';

import type { Part } from '../../../src/store/content.ts';
import type { EntryStore } from '../../../src/store/entry-store.ts';
import type { StoreModel } from './store-model.ts';

/** A store with one key, whose time the test moves. */
export interface RealStore {
  readonly store: EntryStore;
  pass(ms: number): Promise<void>;
}

type Step = fc.AsyncCommand<StoreModel, RealStore>;

const MINUTE = 60_000;
/** How long a run may take until what it reads is off by a minute. */
const SLACK_MS = 40_000;

function step(name: string, run: (model: StoreModel, real: RealStore) => Promise<void>): Step {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      await compare(model, real, { kind: 'whole' });
    },
  };
}

/** Any order of what loads, writers and time do to one entry. */
export function storeCommands(): fc.Arbitrary<Iterable<Step>> {
  const ticket = fc.integer({ min: 1, max: 4 });
  const minutes = fc.integer({ min: 1, max: 4 });
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const elements = fc.uniqueArray(fc.tuple(id, fc.string({ maxLength: 3 })), { selector: ([key]) => key });
  const changes = fc.uniqueArray(fc.tuple(id, fc.option(fc.string({ maxLength: 3 }), { nil: undefined })), {
    selector: ([key]) => key,
  });
  const validator = fc.constantFrom(undefined, 'v1', '');
  return fc.commands(
    [
      ticket.map((mine) => step(`begin ${mine}`, (model, real) => begin(mine, model, real))),
      fc.record({ mine: ticket, ttl: minutes, stale: minutes, elements, validator }).map((load) =>
        step(`replace ${JSON.stringify(load)}`, async (model, { store }) => {
          const content = { shape: 'hash' as const, elements: new Map(load.elements.map(toBytes)) };
          const times = { ttlMs: load.ttl * MINUTE, staleForMs: load.stale * MINUTE };
          const outcome = await store.replace('k', { ticket: load.mine, content, ...times, validator: load.validator });
          const next = { elements: new Map(load.elements), validator: load.validator };
          expect(outcome).toBe(outcomeOf(model.write(load.mine, load.ttl, load.stale, next)));
        }),
      ),
      fc.record({ mine: ticket, ttl: minutes, stale: minutes, validator }).map((load) =>
        step(`prolong ${JSON.stringify(load)}`, async (model, { store }) => {
          const times = { ttlMs: load.ttl * MINUTE, staleForMs: load.stale * MINUTE };
          const outcome = await store.prolong('k', { ticket: load.mine, ...times, validator: load.validator });
          expect(outcome).toBe(outcomeOf(model.prolong(load.mine, load.ttl, load.stale, load.validator)));
        }),
      ),
      changes.map((patch) =>
        step(`patch ${JSON.stringify(patch)}`, async (model, { store }) => {
          const bytes = patch.map(([key, text]) => [key, text === undefined ? undefined : Buffer.from(text)] as const);
          await expect(store.patch('k', new Map(bytes))).resolves.toBe(model.patch(new Map(patch)));
        }),
      ),
      fc.constantFrom<'remove' | 'expire'>('remove', 'expire').map((how) =>
        step(how, async (model, { store }) => {
          await store.invalidate('k', how);
          model.invalidate(how);
        }),
      ),
      fc
        .tuple(fc.nat(3), minutes)
        .map(([offset, limit]) =>
          step(`page ${offset}+${limit}`, (model, real) => compare(model, real, { kind: 'page', offset, limit })),
        ),
      id.map((key) => step(`element ${key}`, (model, real) => compare(model, real, { kind: 'element', id: key }))),
      minutes.map((some) =>
        step(`${some} minutes`, async (model, real) => {
          // Half a minute off the whole ones, so that what a run takes decides nothing.
          const wanted = model.now === 0 ? some - 0.5 : some;
          model.now += wanted;
          await real.pass(wanted * MINUTE);
        }),
      ),
    ],
    { maxCommands: 40, size: 'large' },
  );
}

async function begin(ticket: number, model: StoreModel, { store }: RealStore): Promise<void> {
  const begun = await store.begin('k', ticket);
  expect(begun !== undefined).toBe(model.begin(ticket));
  if (begun === undefined) return;
  expect(begun.present?.ticket).toBe(model.entry?.ticket);
  expect(begun.present?.validator).toBe(model.entry?.validator);
  expect(begun.present?.size).toBe(model.entry?.elements.size);
}

async function compare({ entry, now }: StoreModel, { store }: RealStore, part: Part): Promise<void> {
  const found = await store.read('k', 'hash', part);
  expect(found !== undefined).toBe(entry !== undefined);
  if (found === undefined || entry === undefined) return;
  const { content, ageMs, freshForMs, ...rest } = found;
  expect(rest).toEqual({ ticket: entry.ticket, validator: entry.validator, size: entry.elements.size });
  const all = Array.from(entry.elements, toBytes);
  const wanted =
    part.kind === 'whole'
      ? all
      : part.kind === 'page'
        ? all.slice(part.offset, part.offset + part.limit)
        : all.filter(([id]) => id === part.id);
  expect(content.shape === 'hash' && [...content.elements]).toEqual(wanted);
  const lateMs = ageMs - (now - entry.loadedAt) * MINUTE;
  expect(lateMs).toBeGreaterThanOrEqual(0);
  expect(lateMs).toBeLessThan(SLACK_MS);
  const shortMs = (entry.freshUntil - now) * MINUTE - freshForMs;
  expect(shortMs).toBeGreaterThanOrEqual(0);
  expect(shortMs).toBeLessThan(SLACK_MS);
}

function toBytes([id, text]: readonly [string, string]): [string, Buffer] {
  return [id, Buffer.from(text)];
}

function outcomeOf(isStored: boolean): string {
  return isStored ? 'stored' : 'superseded';
}
