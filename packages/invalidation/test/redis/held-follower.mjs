// A follower with a lease in a process of its own. Arguments: port of Redis, namespace, lease in ms.
// Says 'ready'; to any message it answers with the keys that it has heard and the age of its horizon.
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

const [port, namespace, leaseMs] = process.argv.slice(2);
const client = new Redis(Number(port), '127.0.0.1');
const log = createRedisLog({ client, namespace });
const keys = [];
const follower = log.follow({
  onInvalidate: (heard) => void keys.push(...heard),
  onReset: () => void keys.push('reset'),
  onError: () => {},
  leaseMs: Number(leaseMs),
});
process.on('message', () => process.send({ keys, horizonAgeMs: follower.horizonAgeMs() }));
process.on('disconnect', () => process.exit());
await follower.ready;
process.send('ready');
