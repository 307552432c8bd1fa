// A process that adds entries for ever, and prints the key of each one that it was told is safe.
import { Redis } from 'ioredis';

import { createSpool } from '@lockstep/memcache-proxy';

const [, , port, directory, name] = process.argv;
const client = new Redis({ port: Number(port), retryStrategy: () => 50, maxRetriesPerRequest: 1 });
client.on('error', () => {});
const target = { apply: () => Promise.reject(new Error('nothing is deleted here')) };
const spool = createSpool({ client, namespace: 'east', directory, target, redisTimeoutMs: 100, leaseMs: 1000 });
spool.start();
const lane = async (number) => {
  for (let count = 0; ; count++) {
    const key = `${name}:${number}-${count}`;
    await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now() });
    process.stdout.write(`${key}\n`);
  }
};
await Promise.all([0, 1, 2, 3].map(lane));
