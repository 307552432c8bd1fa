// One process that stands in an election, and tells its parent whenever it finds that it leads.
// Argument: { port, ttlMs, everyMs } as JSON. It resigns when it is sent 'resign'.
import { createLocks } from '@lockstep/lock';
import { Redis } from 'ioredis';

const { port, ttlMs, everyMs } = JSON.parse(process.argv[2]);
const client = new Redis(port, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
client.on('error', () => {});
const locks = createLocks({ client, prefix: 'election', onError: () => {} });
/** The same clock in all processes of the machine, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

process.on('unhandledRejection', () => process.exit(9));
process.on('disconnect', () => process.exit(0));

const election = locks.elect('job', {
  ttlMs,
  backoff: { minMs: 20 },
  onElected: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
});
process.on('message', (message) => {
  if (message === 'resign') void election.resign();
});
const look = () => {
  // Read before it is asked: it led at this moment if it leads a moment later.
  const at = now();
  const { leadership } = election;
  if (leadership !== undefined) process.send({ token: leadership.token, term: leadership.term, at });
  setTimeout(look, everyMs);
};
await locks.withLock(`ready ${process.pid}`, () => {});
process.send({ kind: 'ready' });
look();
