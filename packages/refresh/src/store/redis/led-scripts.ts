import type { RedisArgument, RedisClient, RedisScript } from '@lockstep/core';

import { sourceOf } from '../../definition/refresh-key.ts';
import type { RefreshError } from '../../refresh-error.ts';
import type { StoreCalls } from '../store-calls.ts';
import { admit as admitScript } from './lua/admit.ts';

/** One script on one entry. */
export interface LedCall {
  readonly script: RedisScript;
  /** Of the entry. */
  readonly key: string;
  /** The keys of the script but the last one, which is the newest leader of the source. */
  readonly keys: readonly string[];
  readonly args: readonly RedisArgument[];
  readonly leader: number | undefined;
  /** What the script replies to a leader of the past. */
  readonly refusal: unknown;
  readonly signal: AbortSignal | undefined;
}

/** Scripts that do nothing under a leadership of the past. */
export interface LedScripts {
  /** False when a later leader was admitted already. */
  admit(source: string, leader: number, signal: AbortSignal | undefined): Promise<boolean>;
  run(call: LedCall): Promise<unknown>;
}

/** For how long a leader that does nothing is remembered: nobody stands still for that long and goes on. */
export const LEADER_KEPT_MS: number = 30 * 86_400_000;

/** Scripts over a client; the newest leader of a source lies under one key for all of its entries. */
export function createLedScripts(client: RedisClient, calls: StoreCalls, prefix: string): LedScripts {
  /** Known from the first answer of a Redis Cluster, whose scripts see one slot only. */
  let isApart = false;
  const nameOf = (source: string): string => `${prefix}leader:${source}`;

  async function inOneStep({ script, keys, args, key, signal }: LedCall): Promise<{ reply: unknown } | undefined> {
    try {
      const all = [...keys, nameOf(sourceOf(key))];
      return { reply: await calls.step(() => script.run(client, all, args), signal) };
    } catch (error) {
      const { cause } = error as RefreshError;
      if (!(cause instanceof Error && cause.message.startsWith('CROSSSLOT'))) throw error;
      isApart = true;
      return undefined;
    }
  }

  return {
    async admit(source, leader, signal) {
      return (
        (await calls.step(() => admitScript.run(client, [nameOf(source)], [leader, LEADER_KEPT_MS]), signal)) === 1
      );
    },
    async run(call) {
      const { script, keys, args, key, leader, refusal, signal } = call;
      if (leader !== undefined) {
        const done = isApart ? undefined : await inOneStep(call);
        if (done !== undefined) return done.reply;
        const newest = await calls.step(() => client.call('GET', nameOf(sourceOf(key))), signal);
        if (Number((newest as Buffer | null)?.toString() ?? 0) > leader) return refusal;
      }
      return calls.step(() => script.run(client, keys, args), signal);
    },
  };
}
