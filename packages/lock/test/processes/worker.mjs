// One process that works under a lock, in the idiom of the README, and tells its parent what it did and when.
// Argument: { port, ttlMs, sectionMs, everyMs } as JSON.
import { createLocks } from '@lockstep/lock';
import { Redis } from 'ioredis';

const { port, ttlMs, sectionMs, everyMs } = JSON.parse(process.argv[2]);
const client = new Redis(port, { maxRetriesPerRequest: null });
client.on('error', () => {});
const locks = createLocks({ client, prefix: 'processes', ttlMs, waitMs: Infinity, onError: () => {} });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** The same clock in all processes of the machine, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

process.on('unhandledRejection', () => process.exit(9));
process.on('disconnect', () => process.exit(0));
await locks.withLock(`ready ${process.pid}`, () => {});
process.send({ kind: 'ready' });

for (;;) {
  await locks.withLock('k', async ({ signal, token }) => {
    const until = now() + sectionMs;
    while (now() < until) {
      if (signal.aborted) return;
      process.send({ kind: 'effect', token, at: now() });
      await pause(everyMs);
    }
  });
}
