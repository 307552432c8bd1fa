// Writes to memcached and pushes the operation on one of two lists. Argument: its settings as JSON.
import { redis, serve, write } from './serve.mjs';

serve(async (method, path, body) => {
  const key = decodeURIComponent(path.slice('/v1/cache/'.length));
  if (method === 'DELETE') {
    await write(key, undefined);
    await redis.lpush('sync:delete', JSON.stringify({ key }));
    return 204;
  }
  await write(key, body);
  await redis.lpush('sync:set', JSON.stringify({ key, value: Buffer.from(body).toString('base64') }));
  return 204;
});
