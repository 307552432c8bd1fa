// Two daemons, one for each list: each takes 1,000 operations and posts them under a stamp. A batch that fails goes to a
// list for a person to look at. Argument: its settings as JSON.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { redis, serve, settings } from './serve.mjs';

const batchSize = 1000;

async function ship(list) {
  for (;;) {
    try {
      const operations = await redis.rpop(list, batchSize);
      if (operations === null || operations.length === 0) {
        await wait(20);
        continue;
      }
      for (const url of settings.others) await post(url, operations.join('||'), list);
    } catch {
      await wait(50);
    }
  }
}

async function post(url, body, list) {
  try {
    const answer = await fetch(`${url}/sync`, {
      method: 'POST',
      headers: { 'x-stamp': randomUUID(), 'x-list': list },
      body,
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) throw new Error(`the receiver answered ${answer.status}`);
  } catch {
    await redis.lpush('sync:failed', body);
  }
}

serve(() => 404);
void ship('sync:set');
void ship('sync:delete');
