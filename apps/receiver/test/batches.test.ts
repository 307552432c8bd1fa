import { BATCHES_PATH } from '@lockstep/replication';
import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { mountReceiver } from '../src/routes/batches.ts';

const logger = createLogger({ name: 'test', level: 'silent' });

it('hands bodies on as they are and sends the answer as it is', async () => {
  await using admin = createAdminServer({ name: 'lockstep-receiver', version: '0.0.0', logger });
  const body = Buffer.from([0, 255, 13, 10]);
  mountReceiver(
    admin.http,
    async (request) => ({
      status: 409,
      headers: { 'content-type': 'application/json', 'lockstep-digest': '0badf00d' },
      body: JSON.stringify({ method: request.method, path: request.path, same: request.body.equals(body) }),
    }),
    logger,
  );
  const answer = await admin.http.inject({
    method: 'POST',
    url: BATCHES_PATH,
    headers: { 'content-type': 'application/octet-stream' },
    payload: body,
  });
  expect(answer.statusCode).toBe(409);
  expect(answer.headers['lockstep-digest']).toBe('0badf00d');
  expect(answer.json()).toEqual({ method: 'POST', path: BATCHES_PATH, same: true });
});

it('takes a batch that is larger than the server takes elsewhere', async () => {
  await using admin = createAdminServer({ name: 'lockstep-receiver', version: '0.0.0', logger });
  mountReceiver(admin.http, async ({ body }) => ({ status: 200, headers: {}, body: String(body.length) }), logger);
  const payload = Buffer.alloc(4 * 1024 * 1024);
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await admin.http.inject({ method: 'POST', url: BATCHES_PATH, headers, payload });
  expect(answer.body).toBe(String(payload.length));
});
