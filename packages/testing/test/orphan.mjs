// Starts servers, says where they are, and never closes them.
import { startMemcached, startRedis } from '@lockstep/testing';

const redis = await startRedis({ appendonly: true, unixSocket: true });
const memcached = await startMemcached();
const frozen = await startMemcached();
await frozen.freeze();
process.stdout.write(`${JSON.stringify([redis.pid, memcached.pid, frozen.pid])}\n`);
if (process.argv[2] === 'wait') setInterval(() => {}, 60_000);
