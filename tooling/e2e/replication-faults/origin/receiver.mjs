// Applies a batch unless its stamp was processed before. Argument: its settings as JSON.
import { redis, serve, write } from './serve.mjs';

serve(async (_method, _path, body, headers) => {
  const stamp = headers['x-stamp'];
  if ((await redis.hget('sync:stamps', stamp)) === 'processed') return 200;
  await redis.hset('sync:stamps', stamp, 'processing');
  const operations = body.split('||').map((text) => JSON.parse(text));
  const isDelete = headers['x-list'] === 'sync:delete';
  await Promise.all(
    operations.map(({ key, value }) => write(key, isDelete ? undefined : Buffer.from(value, 'base64').toString())),
  );
  await redis.hset('sync:stamps', stamp, 'processed');
  return 200;
});
