import type { RedisArgument } from '@lockstep/core';

import type { ProofOutcome, StoreProof } from '../backend/delete-spool.ts';
import { APPEND_ENTRIES } from './lua/append-entries.ts';
import { CLAIM_VALUES } from './lua/claim-values.ts';
import { KEEP_PROOF } from './lua/keep-proof.ts';
import { REMOVE_ENTRIES } from './lua/remove-entries.ts';
import { comparePositions, type Position, START } from './position.ts';
import type { RedisLine } from './redis-line.ts';
import { fromReachCode, type SpoolEntry, type StoredEntry, toReachCode } from './spool-entry.ts';
import type { FoundValue, SpoolStore } from './spool-store.ts';

/** Entries of one command, so that none of them holds up Redis. */
const chunkSize = 256;

type Reply = readonly (readonly [id: Buffer, fields: readonly Buffer[]])[];

/** What a stream store is made of. */
export interface StreamStoreOptions {
  readonly line: RedisLine;
  readonly stream: string;
  readonly proofs: string;
  readonly maxEntries: number;
  /** Hears of an entry that this version cannot read; it stays where it is. */
  readonly onUnreadable: (position: Position) => void;
}

/** The part of the spool that is in Redis. */
export class StreamStore implements SpoolStore {
  readonly #options: StreamStoreOptions;
  #newestUnreadable = START;

  constructor(options: StreamStoreOptions) {
    this.#options = options;
  }

  /**
   * The positions of the entries; undefined when the stream has no room for them all. What is sent before that stays:
   * an entry may come twice.
   */
  async append(entries: readonly SpoolEntry[]): Promise<readonly Position[] | undefined> {
    const { line, stream, maxEntries } = this.#options;
    const positions: Position[] = [];
    for (let from = 0; from < entries.length; from += chunkSize) {
      const args: RedisArgument[] = [maxEntries];
      for (const { pool, key, failedAt, reach } of entries.slice(from, from + chunkSize))
        args.push(pool, key, failedAt, toReachCode(reach));
      const ids = await line.run((client) => APPEND_ENTRIES.run(client, [stream], args));
      if (!Array.isArray(ids)) return undefined;
      for (const id of ids) positions.push(String(id));
    }
    return positions;
  }

  async read(
    after: Position,
    limit: number,
  ): Promise<{ readonly entries: readonly StoredEntry[]; readonly next?: Position | undefined }> {
    const { line, stream } = this.#options;
    const reply = (await line.run((client) =>
      client.callBuffer('XRANGE', stream, `(${after}`, '+', 'COUNT', limit),
    )) as Reply;
    const entries: StoredEntry[] = [];
    let position = after;
    for (const [id, fields] of reply) {
      position = id.toString();
      const entry = toEntry(position, fields);
      if (entry !== undefined) entries.push(entry);
      else this.#tellUnreadable(position);
    }
    return reply.length < limit ? { entries } : { entries, next: position };
  }

  async remove(positions: readonly Position[]): Promise<void> {
    const { line, stream, proofs } = this.#options;
    for (let from = 0; from < positions.length; from += chunkSize) {
      const ids = positions.slice(from, from + chunkSize);
      await line.run((client) => REMOVE_ENTRIES.run(client, [stream, proofs], ids));
    }
  }

  async claim(values: readonly FoundValue[]): Promise<readonly boolean[]> {
    const { line, stream, proofs } = this.#options;
    const stays: boolean[] = [];
    for (let from = 0; from < values.length; from += chunkSize) {
      const args: RedisArgument[] = [];
      for (const { pool, key, position, node, cas } of values.slice(from, from + chunkSize))
        args.push(fieldOf(pool, key), position, String(cas), node);
      const replies = await line.run((client) => CLAIM_VALUES.run(client, [stream, proofs], args));
      for (const reply of replies as unknown[]) stays.push(Number(reply) === 1);
    }
    return stays;
  }

  /** See `DeleteSpool.keep`. */
  async keep({ pool, key, ticket, node, cas }: StoreProof): Promise<ProofOutcome> {
    const { line, stream, proofs } = this.#options;
    const args = [fieldOf(pool, key), ticket, String(cas), node];
    const reply = Number(await line.run((client) => KEEP_PROOF.run(client, [stream, proofs], args)));
    if (reply === 2) return 'kept';
    return reply === 1 ? 'claimed' : 'gone';
  }

  async tail(): Promise<Position> {
    const { line, stream } = this.#options;
    const reply = (await line.run((client) => client.callBuffer('XREVRANGE', stream, '+', '-', 'COUNT', 1))) as Reply;
    return reply[0]?.[0].toString() ?? START;
  }

  /** How many entries Redis has. */
  async count(): Promise<number> {
    const { line, stream } = this.#options;
    return Number(await line.run((client) => client.call('XLEN', stream)));
  }

  #tellUnreadable(position: Position): void {
    if (comparePositions(position, this.#newestUnreadable) <= 0) return;
    this.#newestUnreadable = position;
    this.#options.onUnreadable(position);
  }
}

function fieldOf(pool: string, key: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${pool}\n`), key]);
}

function toEntry(position: Position, fields: readonly Buffer[]): StoredEntry | undefined {
  const values = new Map<string, Buffer>();
  for (let index = 0; index + 1 < fields.length; index += 2) values.set(fields[index]!.toString(), fields[index + 1]!);
  const [pool, key, time] = [values.get('p'), values.get('k'), Number(values.get('t')?.toString())];
  if (values.get('v')?.toString() !== '1' || pool === undefined || key === undefined || !Number.isFinite(time))
    return undefined;
  const reach = fromReachCode(Number(values.get('e')?.toString() ?? 0));
  return { position, pool: pool.toString(), key, failedAt: time, ...reach };
}
