import { isStreamId, type StreamId } from '../operation/stream-id.ts';

/** How far a receiver is behind in one shard. */
export interface LinkBacklog {
  readonly lagMs: number;
  readonly queuedOperations: number;
  readonly queuedBytes: number;
}

/** What the shipper that ships a shard to a region says of it to those that stand by. */
export interface LinkWord extends LinkBacklog {
  /** The newest cursor that the receiver confirmed; absent until it was heard of. */
  readonly cursor?: StreamId;
}

/** One line without the name of who says it. `count` tells two words of the same content apart. */
export function formatWord({ lagMs, queuedOperations, queuedBytes, cursor = '-' }: LinkWord, count: number): string {
  return [count, Math.round(lagMs), queuedOperations, queuedBytes, cursor].join(' ');
}

/** The word in what a lease holds, behind a name and a count; zeros where it is none. */
export function parseWord(held: string): LinkWord {
  const [, , ...parts] = held.split(' ');
  const [lagMs = 0, queuedOperations = 0, queuedBytes = 0] = parts.slice(0, 3).map((part) => Number(part) || 0);
  const cursor = parts[3] ?? '';
  return { lagMs, queuedOperations, queuedBytes, ...(isStreamId(cursor) ? { cursor } : {}) };
}
