// The relay of a host, for the processes of it: told what to do by its settings as JSON. Says `ready` when it listens.
import { createRedisLog, createRelay } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import { shiftedClock as clock } from './shifted-clock.mjs';

const { path, port, maxStalenessMs } = JSON.parse(process.argv[2]);
const client = new Redis(port, '127.0.0.1', { commandTimeout: 400, retryStrategy: () => 30 });
client.on('error', () => {});
const log = createRedisLog({ client, namespace: 'processes', timeoutMs: 500, maxLeaseMs: maxStalenessMs, clock });
const relay = createRelay({ log, path, leaseMs: maxStalenessMs, heartbeatMs: 100, onError: () => {}, clock });
await relay.listen();
process.send({ kind: 'ready', name: 'relay' });
process.on('disconnect', () => process.exit());
