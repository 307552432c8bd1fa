// Ships from east to west: shipper-process.mjs with { port, url, shards, leaseMs } as JSON. Says `up` when it has the
// receiver's position of all shards; answers a message with its status.
import { createHttpTransport, createShipper } from '@lockstep/replication';
import { Redis } from 'ioredis';

const { port, url, shards, leaseMs } = JSON.parse(process.argv[2]);
const client = new Redis(port, { retryStrategy: () => 50 });
client.on('error', () => {});
const links = [{ to: 'west', transport: createHttpTransport({ url, timeoutMs: 500 }) }];
const tuning = { blockMs: 200, monitorIntervalMs: 50, retry: { minMs: 10, maxMs: 100 }, maxBatchOperations: 40 };
const shipper = createShipper({ client, region: 'east', links, shards, leaseMs, ...tuning });

process.on('disconnect', () => process.exit(0));
process.on('message', () => process.send(shipper.status()[0]));
shipper.start();
const look = setInterval(() => {
  if (!shipper.status()[0].connected) return;
  clearInterval(look);
  process.send('up');
}, 5);
