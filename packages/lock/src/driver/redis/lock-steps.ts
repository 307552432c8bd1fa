import type { RedisArgument } from '@lockstep/core';

import type { AcquireManyReply, AcquireReply, AcquireRequest, LockInfo, RenewRequest } from '../lock-driver.ts';
import type { LockNames } from './lock-names.ts';
import type { Step } from './step.ts';

const MODES = { try: 'T', queue: 'Q', barge: 'B' } as const;

/** What became of a release. */
export interface Released {
  readonly outcome: 'released' | 'lost';
  /** For how long, in ms, the lock is granted to one whom others wait behind; 0 where nobody does. */
  readonly grantedMs: number;
}

/** What each call asks the script to do, and how it reads what comes back. */
export interface LockSteps {
  acquire(request: AcquireRequest): Step<AcquireReply>;
  acquireMany(requests: readonly AcquireRequest[]): Step<AcquireManyReply>;
  release(key: string, owner: string): Step<Released>;
  passOn(key: string): Step<number>;
  renew(lease: RenewRequest): Step<'held' | 'lost'>;
  term(key: string, owner: string): Step<number | undefined>;
  inspect(key: string): Step<LockInfo | undefined>;
}

/** Writes and reads the steps of `lockScript`. */
export function createLockSteps(names: LockNames): LockSteps {
  const step = <T>(key: string, args: readonly RedisArgument[], decode: Step<T>['decode']): Step<T> => ({
    group: names.groupOf(key),
    keys: [names.base(key)],
    args,
    decode,
  });
  /** Most that is asked for in a turn is asked for in the same way. */
  let last: readonly RedisArgument[] = [];
  return {
    acquire(request) {
      const { key, owner, ttlMs } = request;
      const wish = wishOf(request);
      if (wish.some((part, i) => part !== last[i])) last = wish;
      return {
        group: names.groupOf(key),
        keys: [names.base(key)],
        args: [`A${owner}`, ...wish],
        again: [`S${owner}`],
        like: last,
        decode(reply, { sentAt, sentAtWall }) {
          if (typeof reply === 'number') return { kind: 'held', key, owner, token: reply, ttlMs, sentAt, sentAtWall };
          const [queued, rank, holder, holderTtlMs] = reply as [number, number, string, number];
          return { kind: queued === 1 ? 'queued' : 'taken', rank, holder, holderTtlMs };
        },
      };
    },
    acquireMany(requests) {
      return {
        group: names.groupOf(requests[0]!.key),
        keys: requests.map(({ key }) => names.base(key)),
        args: [
          'M',
          requests.length,
          ...requests.flatMap((request) => [request.owner, ...wishOf({ ...request, mode: 'try' })]),
        ],
        decode(reply, sent) {
          const tokens = reply as number[];
          if (tokens[0] !== 0) {
            const grants = requests.map(({ key, owner, ttlMs }, i) => ({
              key,
              owner,
              ttlMs,
              token: tokens[i]!,
              ...sent,
            }));
            return { kind: 'held', grants };
          }
          const [, which, rank, holder, holderTtlMs] = reply as [number, number, number, string, number];
          return { kind: 'taken', key: requests[which - 1]!.key, rank, holder, holderTtlMs };
        },
      };
    },
    release: (key, owner) =>
      step(key, [`R${owner}`], (reply) => ({
        outcome: reply === 0 ? 'lost' : 'released',
        grantedMs: Math.max(0, (reply as number) - 1),
      })),
    passOn: (key) => step(key, ['N'], (reply) => (reply as number) - 1),
    renew: ({ key, owner, ttlMs }) => ({
      ...step(key, [`E${owner}`, Math.ceil(ttlMs)], (reply) => (reply === 1 ? 'held' : 'lost')),
      isPatient: true,
    }),
    term: (key, owner) => step(key, [`T${owner}`], (reply) => (reply === 0 ? undefined : (reply as number))),
    inspect: (key) =>
      step(key, ['I'], (reply) => {
        if (reply === 0) return undefined;
        const [owner, token, metadata, ttlMs, waiters, holders = 0, term = 0] = reply as [
          string,
          number,
          string,
          number,
          number,
          number?,
          number?,
        ];
        const info = { owner, token, metadata: metadata === '' ? undefined : metadata, ttlMs, waiters };
        return { ...info, ...(holders > 0 && { holders }), ...(term > 0 && { term }) };
      }),
  };
}

/** What is asked for, by whomever. */
function wishOf(request: AcquireRequest): RedisArgument[] {
  const { ttlMs, grantMs, mode, priority = 0, lockDelayMs = 0, metadata = '' } = request;
  return [Math.ceil(ttlMs), Math.ceil(grantMs), MODES[mode], priority, Math.ceil(lockDelayMs), metadata];
}
