// Runs a relay of a log in Redis: relay-process.mjs SOCKET REDIS-PORT NAMESPACE. Says `listening` when it does.
import { createRedisLog, createRelay } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

const [path, port, namespace] = process.argv.slice(2);
const client = new Redis(Number(port));
client.on('error', () => {});
const log = createRedisLog({ client, namespace, maxLeaseMs: 2000 });
const relay = createRelay({ log, path, leaseMs: 1000, heartbeatMs: 100, onError: () => {} });
await relay.listen();
process.stdout.write('listening\n');
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
