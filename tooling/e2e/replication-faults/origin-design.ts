import { fileURLToPath } from 'node:url';

import type { Design } from './design.ts';
import { askRedis, sumUpHeld } from './held.ts';

const lists = ['sync:set', 'sync:delete'];

/**
 * The design that replication started from, as its story tells it: in each region a list of sets and a list of deletes,
 * a daemon that takes 1,000 from each and posts them under a stamp, and a receiver that applies them.
 */
export const originDesign: Design = {
  name: 'two Redis lists',
  nodes: 1,
  count: () => 1,
  environment: {},
  hasSharedKeys: false,
  isLossless: false,
  failPoints: [],
  command({ role, index, region, regions }) {
    const script = fileURLToPath(new URL(`origin/${role}.mjs`, import.meta.url));
    const [node = ''] = region.memcacheds;
    const [host, port] = node.split(':');
    const settings = {
      port: region.ports[role][index],
      redisUrl: region.redisUrl,
      memcached: { host, port: Number(port) },
      others: regions.filter(({ name }) => name !== region.name).map(({ receiverUrl }) => receiverUrl),
    };
    return [script, JSON.stringify(settings)];
  },
  held: ({ redisUrl }) =>
    askRedis(redisUrl, async (redis) => {
      const entries = await Promise.all([...lists, 'sync:failed'].map((list) => redis.lrange(list, 0, -1)));
      return sumUpHeld(
        entries.flat().map((entry) => Buffer.byteLength(entry)),
        entries.length,
      );
    }),
  queued: ({ redisUrl }) =>
    askRedis(redisUrl, async (redis) => {
      const lengths = await Promise.all(lists.map((list) => redis.llen(list)));
      return lengths.reduce((sum, length) => sum + length, 0);
    }),
};
