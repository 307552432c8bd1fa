import { fileURLToPath } from 'node:url';

import { Redis } from 'ioredis';

import type { Design } from './design.ts';

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
  async queued({ redisUrl }) {
    const redis = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
    try {
      const lengths = await Promise.all([redis.llen('sync:set'), redis.llen('sync:delete')]);
      return lengths.reduce((sum, length) => sum + length, 0);
    } finally {
      redis.disconnect();
    }
  },
};
