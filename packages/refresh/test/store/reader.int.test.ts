import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { put, wholeOf } from '../../src/conformance/store-case.ts';
import type { Shape } from '../../src/store/content.ts';
import { elementsOf, generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

/** The client, with something that happens after each of its commands; `ranges` are those that were read. */
function meddledWith(client: Redis, meddle: () => Promise<unknown>): Redis & { readonly ranges: string[] } {
  const ranges: string[] = [];
  const callBuffer = async (command: string, ...args: (string | Buffer | number)[]): Promise<unknown> => {
    const reply: unknown = await client.callBuffer(command, ...args);
    ranges.push(args.slice(6).join(' '));
    await meddle();
    return reply;
  };
  return Object.assign(Object.create(client) as Redis, { callBuffer, ranges });
}

describe('a long read', () => {
  it.for<Shape>(['hash', 'list', 'zset', 'value'])('of a %s is several steps', async (shape) => {
    const content = generationOf(shape, shape === 'value' ? 30_000 : 5000, 1);
    await put(redis.open(), 'k', 1, content);
    const client = meddledWith(redis.connect(), async () => undefined);
    const entry = await wholeOf(redis.open({ redis: client }), 'k', shape);
    expect(elementsOf(entry)).toEqual(elementsOf({ content }));
    expect(client.ranges.filter((range) => range.startsWith('R ')).length).toBeGreaterThanOrEqual(2);
  });

  it('of larger elements is more steps', async () => {
    const elements = Array.from({ length: 40 }, (_, index) => Buffer.alloc(64 * 1024, index));
    await put(redis.open(), 'k', 1, { shape: 'list', elements });
    const client = meddledWith(redis.connect(), async () => undefined);
    const { content } = await wholeOf(redis.open({ redis: client }), 'k', 'list');
    expect(content.shape === 'list' && Buffer.concat(content.elements).equals(Buffer.concat(elements))).toBe(true);
    expect(client.ranges.length).toBeGreaterThanOrEqual(5);
  });

  it('sees one version, and in the end one step, when the entry is replaced in between', async () => {
    let ticket = 1;
    const store = redis.open();
    await put(store, 'k', ticket, generationOf('hash', 5000, ticket));
    const replace = async (): Promise<void> => {
      ticket++;
      await put(store, 'k', ticket, generationOf('hash', 5000, ticket));
    };
    const client = meddledWith(redis.connect(), replace);
    const entry = await wholeOf(redis.open({ redis: client }), 'k', 'hash');
    expect(elementsOf(entry)).toEqual(elementsOf({ content: generationOf('hash', 5000, entry.ticket) }));
    expect(client.ranges.at(-1)).toMatch(/^A /);
  });

  it('sees one version when the same load stores again in between', async () => {
    const store = redis.open();
    await put(store, 'k', 1, generationOf('hash', 5000, 1));
    const content = generationOf('hash', 5000, 2);
    const changes = [() => store.replace('k', { ticket: 1, content, ttlMs: 60_000, staleForMs: 0 })];
    const client = meddledWith(redis.connect(), async () => changes.shift()?.());
    const entry = await wholeOf(redis.open({ redis: client }), 'k', 'hash');
    expect(elementsOf(entry)).toEqual(elementsOf({ content }));
  });

  it('sees one version when elements are patched in between', async () => {
    const store = redis.open();
    const content = generationOf('hash', 5000, 1);
    await put(store, 'k', 1, content);
    const patch = new Map(['0', '4999'].map((id) => [id, Buffer.from('patched')] as const));
    const changes = [() => store.patch('k', patch)];
    const client = meddledWith(redis.connect(), async () => changes.shift()?.());
    const entry = await wholeOf(redis.open({ redis: client }), 'k', 'hash');
    expect(elementsOf(entry)).toEqual(['patched', ...elementsOf({ content }).slice(1, -1), 'patched']);
  });
});
