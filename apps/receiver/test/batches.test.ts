import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { BATCHES_PATH, type HandlerRequest } from '@lockstep/replication';
import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { mountReceiver } from '../src/routes/batches.ts';

/** The body that a handler was given, taken in whole. */
const taken = ({ body }: HandlerRequest): Promise<Buffer> => buffer(body as AsyncIterable<Uint8Array>);
const logger = createLogger({ name: 'test', level: 'silent' });

it('hands bodies on as they are and sends the answer as it is', async () => {
  await using admin = createAdminServer({ name: 'lockstep-receiver', version: '0.0.0', logger });
  const body = Buffer.from([0, 255, 13, 10]);
  mountReceiver(
    admin.http,
    async (request) => ({
      status: 409,
      headers: { 'content-type': 'application/json', 'lockstep-digest': '0badf00d' },
      body: JSON.stringify({ method: request.method, path: request.path, same: (await taken(request)).equals(body) }),
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
  const handle = async (request: HandlerRequest) => ({
    status: 200,
    headers: {},
    body: String((await taken(request)).length),
  });
  mountReceiver(admin.http, handle, logger);
  const payload = Buffer.alloc(4 * 1024 * 1024);
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await admin.http.inject({ method: 'POST', url: BATCHES_PATH, headers, payload });
  expect(answer.body).toBe(String(payload.length));
});

it('lets a handler answer before the body has come', async () => {
  await using admin = createAdminServer({ name: 'lockstep-receiver', version: '0.0.0', logger });
  mountReceiver(admin.http, async () => ({ status: 401, headers: { connection: 'close' }, body: 'no' }), logger);
  const address = await admin.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  const head = [`POST ${BATCHES_PATH} HTTP/1.1`, 'host: x', 'content-type: application/octet-stream'];
  socket.write([...head, 'content-length: 1000000', '', 'and no more'].join('\r\n'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 401/);
  socket.destroy();
});
