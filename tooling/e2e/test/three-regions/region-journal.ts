import { crc32 } from 'node:zlib';

import { Redis } from 'ioredis';

/** An operation as it lies in a journal. */
export interface JournaledOperation {
  readonly kind: 'set' | 'delete';
  readonly key: string;
  /** Of a set. */
  readonly value?: string;
}

interface Entry {
  readonly shard: number;
  readonly id: string;
  readonly block: Buffer;
}

const shards = 16;
const headerBytes = 24;
const kinds: Readonly<Record<number, { kind: 'set' | 'delete'; isVersioned: boolean }>> = {
  1: { kind: 'set', isVersioned: false },
  2: { kind: 'delete', isVersioned: false },
  4: { kind: 'set', isVersioned: true },
  5: { kind: 'delete', isVersioned: true },
};

/** The journal of a region as it lies in Redis, read without the package that writes it. */
export class RegionJournal implements Disposable {
  readonly #region: string;
  readonly #client: Redis;

  constructor(region: string, redisUrl: string) {
    this.#region = region;
    this.#client = new Redis(redisUrl);
  }

  [Symbol.dispose](): void {
    this.#client.disconnect();
  }

  /** All that was written, in the order of each shard, but for the markers with which shippers measure the lag. */
  async operations(): Promise<JournaledOperation[]> {
    const entries = await this.#entries();
    return entries
      .flatMap(({ block }) => readBlock(block))
      .filter(({ key }) => !key.startsWith('lockstep:marker:'))
      .map(({ kind, key, value }) => (value === undefined ? { kind, key } : { kind, key, value }));
  }

  /** Whether the receivers of another region have applied all that was in the journal at the call. */
  async isAppliedIn(other: RegionJournal): Promise<boolean> {
    const newest = new Map((await this.#entries()).map(({ shard, id }) => [shard, id]));
    const outcomes = Array.from(newest, async ([shard, id]) => {
      const lane = `{lockstep:replication:${other.#region}:${this.#region}:${shard}}:lane`;
      const cursor = (await other.#client.hget(lane, 'cursor')) ?? '0-0';
      return isAtLeast(cursor, id);
    });
    return (await Promise.all(outcomes)).every(Boolean);
  }

  /** The oldest entry of the journal as a request to a receiver, as a shipper would send it. */
  async oldestAsRequest(): Promise<RequestInit> {
    const [entry] = await this.#entries();
    if (entry === undefined) throw new Error(`the journal of ${this.#region} is empty`);
    const { shard, id, block } = entry;
    const body = Buffer.alloc(4 + block.length);
    body.writeUInt32BE(block.length);
    body.set(block, 4);
    const digest = crc32(body, crc32(`${this.#region}\n${shard}\n0-0\n${id}\n${id}\n`));
    const headers = {
      'content-type': 'application/octet-stream',
      'lockstep-source': this.#region,
      'lockstep-shard': String(shard),
      'lockstep-prev': '0-0',
      'lockstep-first': id,
      'lockstep-last': id,
      'lockstep-digest': digest.toString(16).padStart(8, '0'),
    };
    return { method: 'POST', headers, body };
  }

  async #entries(): Promise<Entry[]> {
    const streams = Array.from({ length: shards }, async (_, shard) => {
      const stream = `{lockstep:journal:${this.#region}:${shard}}:stream`;
      const reply = (await this.#client.callBuffer('XRANGE', stream, '-', '+')) as [Buffer, Buffer[]][];
      return reply.map(([id, fields]) => {
        const at = fields.findIndex((field, index) => index % 2 === 0 && field.toString() === 'b');
        return { shard, id: id.toString(), block: fields[at + 1]! };
      });
    });
    return (await Promise.all(streams)).flat();
  }
}

/** Reads a block by the layout that its package describes. @throws Error for what is none. */
function readBlock(block: Buffer): JournaledOperation[] {
  if (block[0] !== 0xb1) throw new Error('this is no block');
  let at = block[1] === 2 ? endOfVector(block) : headerBytes;
  return Array.from({ length: block.readUInt16BE(18) }, () => {
    const found = kinds[block[at]!];
    if (found === undefined) throw new Error(`an operation of kind ${block[at]} is not known here`);
    const keyEnd = at + 3 + block.readUInt16BE(at + 1);
    const key = block.toString('latin1', at + 3, keyEnd);
    at = keyEnd + (found.isVersioned ? 8 : 0);
    if (found.kind === 'delete') return { kind: found.kind, key };
    const valueStart = at + 16;
    at = valueStart + block.readUInt32BE(at + 12);
    return { kind: found.kind, key, value: block.toString('latin1', valueStart, at) };
  });
}

/** Behind base, shards and, for each region, the lengths and texts of its name and cursor. */
function endOfVector(block: Buffer): number {
  let at = headerBytes + 5;
  for (let texts = 2 * block[headerBytes + 4]!; texts > 0; texts -= 1) at += 1 + block[at]!;
  return at;
}

function isAtLeast(id: string, other: string): boolean {
  const [ms = 0n, sequence = 0n] = id.split('-').map(BigInt);
  const [otherMs = 0n, otherSequence = 0n] = other.split('-').map(BigInt);
  return ms > otherMs || (ms === otherMs && sequence >= otherSequence);
}
