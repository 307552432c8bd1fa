import { setTimeout as pause } from 'node:timers/promises';

import { type Coupon, couponIds } from './coupon-source.ts';
import type { Part } from './start-part.ts';

interface Answer {
  readonly coupons: readonly Coupon[];
  readonly state: 'fresh' | 'stale' | 'loaded';
  readonly size: number;
  /** What the read took inside the gateway. */
  readonly ms: number;
}

/** What came of many reads. */
export interface Reading {
  readonly states: Map<string, number>;
  /** Duplicates, gaps, generations mixed, and generations older than one read before: there must be none. */
  readonly wrong: string[];
  readonly failures: string[];
  /** What each read took inside its gateway. */
  readonly ms: number[];
}

/** Where pages begin; see `part.mjs`. */
const pageOffset = 5;

/** Nothing yet. */
export function newReading(): Reading {
  return { states: new Map(), wrong: [], failures: [], ms: [] };
}

/** What a request asks for. @default limit 0, the whole list; times 1 */
export interface Request {
  /** So many coupons, from the middle. */
  readonly limit?: number;
  /** So many reads at once, in the gateway. */
  readonly times?: number;
}

/** Reads, and notes what is wrong with it. Returns the generation that was seen last, or `atLeast` when there was none. */
export async function read(
  gateway: Part,
  reading: Reading,
  { limit = 0, times = 1 }: Request,
  atLeast = 0,
): Promise<number> {
  const response = await fetch(`${gateway.url}?limit=${limit}&times=${times}`);
  if (response.status !== 200) {
    reading.failures.push(await response.text());
    return atLeast;
  }
  const answers = (await response.json()) as Answer[];
  const generations = answers.map((answer) => check(answer, reading, limit));
  reading.ms.push(...answers.map(({ ms }) => ms));
  if (generations.length !== times) reading.wrong.push(`${generations.length} answers`);
  const oldest = Math.min(...generations);
  if (oldest < atLeast) reading.wrong.push(`generation ${oldest} after ${atLeast}`);
  return Math.max(...generations);
}

/** Returns the generation of the coupons. */
function check({ coupons, state, size }: Answer, { states, wrong }: Reading, limit: number): number {
  states.set(state, (states.get(state) ?? 0) + 1);
  const ids = coupons.map(({ id }) => id).join();
  const expected = limit === 0 ? couponIds : couponIds.slice(pageOffset, pageOffset + limit);
  const generations = new Set(coupons.map(({ generation }) => generation));
  if (ids !== expected.join()) wrong.push(`other coupons: ${ids}`);
  if (size !== couponIds.length) wrong.push(`${size} coupons in all`);
  if (generations.size !== 1) wrong.push(`generations ${[...generations].join()} in one answer`);
  return Math.max(...generations);
}

/** Reads again and again, over all gateways, until `isDone`; with `crowds`, also a thousand at once. */
export async function readUntil(
  gateways: readonly Part[],
  reading: Reading,
  isDone: () => boolean,
  { crowds = true }: { readonly crowds?: boolean } = {},
): Promise<void> {
  const reader = async (gateway: Part, request: Request, pauseMs: number): Promise<void> => {
    let seen = 0;
    while (!isDone()) {
      seen = await read(gateway, reading, request, seen);
      await pause(pauseMs);
    }
  };
  await Promise.all(
    gateways.flatMap((gateway) => [
      ...[{}, {}, {}, { limit: 10 }, { limit: 10 }].map((request) => reader(gateway, request, 10)),
      ...(crowds ? [reader(gateway, { times: 250 }, 400)] : []),
    ]),
  );
}
