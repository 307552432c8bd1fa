import { afterAll, beforeAll, expect, it } from 'vitest';

import { ScriptClient } from '../text/script-client.ts';
import { type StartedProxy, startProxy } from '../start-proxy.ts';

let proxy: StartedProxy;

beforeAll(async () => {
  proxy = await startProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());

it('tells the hook last of the value that memcached holds, however many clients write one key', async () => {
  for (let round = 0; round < 20; round += 1) {
    const key = `hot-${round}`;
    proxy.writes.length = 0;
    const clients = await Promise.all(Array.from({ length: 8 }, () => ScriptClient.open({ port: proxy.port })));
    await Promise.all(
      clients.map(async (client, index) => {
        const values = Array.from({ length: 12 }, (_, count) => `${index}-${String(count).padStart(2, '0')}`);
        await client.send(values.map((value) => `set ${key} 0 0 4\r\n${value}\r\n`).join(''));
        await expect(client.receive('STORED\r\n'.repeat(12))).resolves.toBeUndefined();
      }),
    );
    const held = await proxy.pool.get(key);
    const last = proxy.writes.at(-1);
    expect(proxy.writes).toHaveLength(96);
    expect(last).toMatchObject({ kind: 'set', value: held?.value });
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  }
});

it('tells the hook of adds in an order that memcached could have answered them in', async () => {
  proxy.writes.length = 0;
  const key = Buffer.from('race');
  const rounds = Array.from({ length: 50 }, async (_, index) => {
    await proxy.backend.add(key, Buffer.from(String(index)));
    await proxy.backend.delete(key);
  });
  await Promise.all(rounds);
  // A second add can only have stored after a delete.
  const kinds = proxy.writes.map((write) => write.kind);
  const isPossible = kinds.every((kind, index) => kind === 'delete' || kinds[index - 1] !== 'set');
  expect(isPossible).toBe(true);
  expect(kinds.at(-1)).toBe('delete');
  await expect(proxy.pool.get(key)).resolves.toBeUndefined();
});
