import type { Invalidation, ResetReason } from '../invalidation-log.ts';

/** The version of the protocol; both sides must have the same one. */
export const RELAY_VERSION = 1;

/** What a client says. `n` numbers what is to be answered; `at` and `from` are positions. */
export type ToRelay =
  | {
      readonly t: 'follow';
      /** Names the follower over all of its connections. */
      readonly id: string;
      readonly from: string;
      readonly leaseMs?: number;
    }
  /** Asks how far the relay has heard; `sync`: after it has asked the log itself. `at`: what the client has passed. */
  | { readonly t: 'ping'; readonly n: number; readonly at: string; readonly sync?: true }
  | { readonly t: 'ack'; readonly at: string }
  | ({
      readonly t: 'publish';
      readonly n: number;
      readonly k: readonly string[];
      readonly x: readonly string[];
    } & Publication)
  | ({ readonly t: 'clear'; readonly n: number } & Publication)
  /** The follower serves nothing any more until it is told a new horizon. */
  | { readonly t: 'bye' };

/** What a publish and a clear have in common. */
export interface Publication {
  readonly g?: readonly string[];
  readonly o?: string;
  readonly i?: string;
  readonly everywhere?: true;
  readonly ms: number;
}

/** What a relay says. */
export type FromRelay =
  | {
      readonly t: 'hello';
      readonly version: number;
      readonly namespace: string;
      readonly shards: number;
      readonly leaseMs: number;
      /** A follower that says nothing for so long is cut off. */
      readonly silenceMs: number;
    }
  /** What is heard from here on comes after this position. */
  | { readonly t: 'start'; readonly at: string }
  | EntryMessage
  | { readonly t: 'reset'; readonly reason: ResetReason; readonly at: string }
  /** Acknowledge what you have passed. */
  | { readonly t: 'ask' }
  /** The horizon of the relay lay `lagMs` before it got the ping; everything up to there was sent before. null: none. */
  | { readonly t: 'pong'; readonly n: number; readonly lagMs: number | null }
  | { readonly t: 'done'; readonly n: number; readonly position: string }
  | {
      readonly t: 'failed';
      readonly n: number;
      readonly code: string;
      readonly message: string;
      readonly position?: string;
    }
  /** The relay ends: serve nothing until another one tells a horizon. */
  | { readonly t: 'closing' };

/** One entry of the log on its way to a follower. Absent parts are empty. */
export interface EntryMessage {
  readonly t: 'entry';
  readonly s: number;
  /** Its epoch and number. */
  readonly m: readonly [epoch: string, sequence: number];
  readonly k?: readonly string[];
  /** Keys that are not UTF-8, in base64. */
  readonly x?: readonly string[];
  readonly g?: readonly string[];
  readonly o?: string;
  readonly i?: string;
}

/** What a relay sends of an entry. */
export function entryMessage(entry: Invalidation): EntryMessage {
  const { shard, epoch, sequence, keys, binaryKeys, tags, origin, traceId } = entry;
  return {
    t: 'entry',
    s: shard,
    m: [epoch, sequence],
    ...(keys.length > 0 && { k: keys }),
    ...(binaryKeys.length > 0 && { x: binaryKeys.map((key) => key.toString('base64')) }),
    ...(tags.length > 0 && { g: tags }),
    ...(origin !== undefined && { o: origin }),
    ...(traceId !== undefined && { i: traceId }),
  };
}

/** The entry again, at the position that it leads to. */
export function entryOf(message: EntryMessage, position: string): Invalidation {
  const { s, m, k = [], x = [], g = [], o, i } = message;
  return {
    position,
    shard: s,
    epoch: m[0],
    sequence: m[1],
    keys: k,
    binaryKeys: x.map((key) => Buffer.from(key, 'base64')),
    tags: g,
    origin: o,
    traceId: i,
  };
}
