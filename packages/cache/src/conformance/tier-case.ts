import { sleep } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';
import assert from 'node:assert/strict';

import type { ClaimBound, SharedTier } from '../shared/shared-tier.ts';
import { claimBound, openSession, type TierSession } from './tier-session.ts';

/** A log and a tier, as one process has them. */
export interface TierProcess {
  readonly log: InvalidationLog;
  readonly tier: SharedTier;
}

/** The tier that is tested, over a real server. */
export interface TierUnderTest {
  /** What one more process has. All processes of a case share one place, which is empty when the case begins. */
  open(this: void): TierProcess | Promise<TierProcess>;
  /** Writes raw bytes where the value of a key lies, as somebody else might. */
  readonly plant?: (key: string, bytes: string) => Promise<void>;
  /** Whether `isTagFresh` can tell, over this log; a tier may also answer false whenever it is asked. @default false */
  readonly knowsTags?: boolean;
}

/** One thing that a shared tier does. */
export interface TierConformanceCase {
  /** A sentence; the subject is the tier. */
  readonly name: string;
  /** Leave the case out where one of these is not given. */
  readonly needs: readonly ('plant' | 'knowsTags')[];
  /** Rejects with an AssertionError when the tier does otherwise. The logs that it opens are yours to close. */
  readonly run: (tier: TierUnderTest) => Promise<void>;
}

type Test = (one: TierSession, other: TierSession, tier: TierUnderTest) => Promise<void>;

/** How long anything may take that is waited for. */
const PATIENCE_MS = 10_000;

/** A case with two processes, which are closed when it ends. */
export function tierCase(name: string, test: Test, needs: TierConformanceCase['needs'] = []): TierConformanceCase {
  return {
    name,
    needs,
    async run(tier) {
      const open = async (): Promise<TierSession> => {
        const process = await tier.open();
        return openSession(process.log, process.tier);
      };
      const one = await open();
      const other = await open();
      try {
        await test(one, other, tier);
      } finally {
        await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
      }
    },
  };
}

/** Resolves with the first value that is as wanted. */
export async function eventually<Value>(
  read: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  const startedAt = performance.now();
  for (;;) {
    const value = await read();
    if (isWanted(value)) return value;
    assert.ok(performance.now() - startedAt < PATIENCE_MS, `it remained ${JSON.stringify(value)}`);
    await sleep(20);
  }
}

/** Asserts that an object has these properties; of objects in it, again only those that are named. */
export function hasAll(actual: unknown, expected: object): void {
  for (const [name, wanted] of Object.entries(expected) as [string, unknown][]) {
    const found: unknown = (actual as Record<string, unknown> | undefined)?.[name];
    const isNested =
      typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted) && !Buffer.isBuffer(wanted);
    if (isNested) hasAll(found, wanted);
    else assert.deepEqual(found, wanted, `${name} is ${String(found)}`);
  }
}

/** Claims that key until one is granted. @returns its token */
export async function untilClaimed(
  { store }: TierSession,
  key: string,
  over: Partial<ClaimBound> = {},
): Promise<string> {
  const read = await eventually(
    () => store.claim(key, { ...claimBound, ...over }),
    ({ kind }) => kind === 'claimed',
  );
  return read.kind === 'claimed' ? read.token : '';
}
