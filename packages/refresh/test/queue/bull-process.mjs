// A process that works on the tasks of a queue: holds each until it is killed, or ends it, as it is told.
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { Redis } from 'ioredis';

const { url, what, ...options } = JSON.parse(process.argv[2]);
const redis = new Redis(url);
redis.on('error', () => undefined);
const queue = createBullQueue({ redis, ...options });
const consumer = queue.consume(async ({ key }, { attempt, signal }) => {
  process.send?.({ key, attempt });
  signal.addEventListener('abort', () => process.send?.({ aborted: key }));
  if (what === 'hold') await new Promise((resolve) => void process.once('message', resolve));
  return 'refreshed';
});

if (what === 'leave') {
  await queue.counts().catch(() => undefined);
  await consumer.close();
  await queue.close();
  redis.disconnect();
}
