import { Redis } from 'ioredis';
import memjs from 'memjs';

import { type Params, requireParam } from '../harness/bench-case.ts';
import { openEndpoint } from './http-endpoint.ts';
import type { Link } from './link.ts';
import { encodeElement, type OriginElement, splitElements } from './origin-format.ts';
import { shipList } from './origin-shipper.ts';
import { readNodes } from './surroundings.ts';

/**
 * The design that replication started from: one Redis list for sets and one for deletes, each with a daemon that pops
 * 1000 elements and posts them, and memjs at the other end. It loses the order between the lists, and a batch with
 * every crash; it is here for its speed only.
 */
export const openOriginLink = (params: Params): Promise<Link> => openLink(params, 'at-once', applyAtOnce);

/** The same as it ran: the other end applied an element, and then the next. */
export const openOriginLinkAsItRan = (params: Params): Promise<Link> => openLink(params, 'in-turn', applyInTurn);

type Apply = (memcached: memjs.Client, elements: readonly OriginElement[]) => Promise<void>;

async function applyAtOnce(memcached: memjs.Client, elements: readonly OriginElement[]): Promise<void> {
  await Promise.all(elements.map((element) => applyOne(memcached, element)));
}

async function applyInTurn(memcached: memjs.Client, elements: readonly OriginElement[]): Promise<void> {
  for (const element of elements) await applyOne(memcached, element);
}

async function applyOne(memcached: memjs.Client, { op, key, value = '', expiresAt = 0 }: OriginElement): Promise<void> {
  if (op === 'delete') await memcached.delete(key);
  else await memcached.set(key, Buffer.from(value, 'base64'), { expires: expiresAt });
}

/** Contestants are open side by side: each `name` has lists of its own. */
async function openLink(params: Params, name: string, apply: Apply): Promise<Link> {
  const redis = new Redis(requireParam(params, 'eastRedis'));
  const nodes = readNodes(params).map(({ host, port }) => `${host}:${port}`);
  // More patience than memjs has by default: a thousand operations are in flight at once.
  const memcached = memjs.Client.create(nodes.join(','), { timeout: 10 });
  let arrived = 0;

  const endpoint = await openEndpoint(
    async ({ body }) => {
      const elements = splitElements(body.toString());
      await apply(memcached, elements);
      arrived += elements.length;
      return { status: 200, body: '' };
    },
    Number(params['originPort'] ?? 0),
  );

  const url = params['originUrl'] ?? endpoint.url;
  const lists = { set: `origin:${name}:set`, delete: `origin:${name}:delete` };
  const ship = (): { readonly stop: AbortController; readonly ended: Promise<unknown> } => {
    const stop = new AbortController();
    const ended = Promise.all(Object.values(lists).map((list) => shipList(redis, list, url, stop.signal)));
    // Noticed at the end; until then what it did not ship is missing in the count.
    ended.catch(() => {});
    return { stop, ended };
  };
  let daemons: ReturnType<typeof ship> | undefined = ship();
  const pause = async (): Promise<void> => {
    daemons?.stop.abort();
    await daemons?.ended;
    daemons = undefined;
  };
  return {
    pause,
    resume() {
      daemons ??= ship();
    },
    async write(operation) {
      await redis.lpush(lists[operation.kind], encodeElement(operation));
    },
    arrived: () => arrived,
    async [Symbol.asyncDispose]() {
      await pause();
      await endpoint[Symbol.asyncDispose]();
      memcached.close();
      redis.disconnect();
    },
  };
}
