import { ReplyError } from './reply.ts';

/** The id of an entry as its two numbers. */
export type StreamId = readonly [ms: number, sequence: number];

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: readonly string[];
}

/** A stream. `added` counts every entry that it ever took. */
export interface StreamValue {
  readonly kind: 'stream';
  entries: StreamEntry[];
  last: StreamId;
  added: number;
}

/** A stream without entries. */
export function emptyStream(): StreamValue {
  return { kind: 'stream', entries: [], last: [0, 0], added: 0 };
}

/** Negative, zero or positive. */
export function compareIds(a: StreamId, b: StreamId): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** `<ms>-<sequence>`; without a sequence it is `missing`. */
export function parseId(text: string, missing: number): StreamId {
  const found = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (found === null) throw new ReplyError('ERR Invalid stream ID specified as stream command argument');
  return [Number(found[1]), found[2] === undefined ? missing : Number(found[2])];
}

/** An id as text. */
export function formatId([ms, sequence]: StreamId): string {
  return `${ms}-${sequence}`;
}

/** Removes what a limit allows. Approximate trimming removes whole nodes of `nodeEntries` only. */
export function trim(
  stream: StreamValue,
  isExcess: (index: number, entry: StreamEntry) => boolean,
  step: number,
): number {
  const { entries } = stream;
  let count = 0;
  while (count < entries.length) {
    const last = Math.min(count + step, entries.length) - 1;
    if (step > 1 && last - count + 1 < step) break;
    if (!isExcess(last, entries[last] as StreamEntry)) break;
    count = last + 1;
  }
  entries.splice(0, count);
  return count;
}
