import { expect, it, vi } from 'vitest';

import { createBackend, createMemcacheServer } from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { ScriptClient } from './script-client.ts';

const VALUE_BYTES = 3000;

/** A reply whose bytes tell which one it is. */
function reply(index: number): string {
  return `VALUE k${index} 0 ${VALUE_BYTES}\r\n${String(index).padStart(VALUE_BYTES, '.')}\r\nEND\r\n`;
}

it('keeps the replies that a slow reader has not taken while others are answered', async () => {
  const pool = new MemoryPool();
  const count = 200;
  for (let index = 0; index < count; index += 1) {
    await pool.set(`k${index}`, Buffer.from(String(index).padStart(VALUE_BYTES, '.')));
  }
  await using server = createMemcacheServer({ backend: createBackend({ pool }) });
  const address = await server.listen({ port: 0 });
  const port = 'port' in address ? address.port : 0;
  await using slow = await ScriptClient.open({ port });
  await using other = await ScriptClient.open({ port });
  slow.socket.pause();
  const rounds = 40;
  const script = Array.from({ length: count }, (_, index) => `get k${index}\r\n`).join('');
  slow.socket.write(script.repeat(rounds));
  let seen = '';
  let previous = -1;
  await vi.waitFor(
    async () => {
      await other.send('get k7\r\n');
      seen += reply(7);
      await other.readWhile(() => other.receivedBytes < seen.length);
      const written = server.stats.bytesWritten - seen.length;
      const isStill = written === previous;
      previous = written;
      expect(isStill).toBe(true);
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(other.text).toBe(seen);
  slow.socket.resume();
  const whole = Array.from({ length: count }, (_, index) => reply(index))
    .join('')
    .repeat(rounds);
  expect(previous).toBeLessThan(whole.length);
  await slow.readWhile(() => slow.receivedBytes < whole.length);
  expect(slow.text === whole).toBe(true);
});

it('puts together replies that are larger than its memory, of pieces small and large', async () => {
  const pool = new MemoryPool();
  const sizes = [0, 1, 4096, 4097, 3000, 32_760, 32_769, 100_000, 10];
  for (const size of sizes) await pool.set(`s${size}`, Buffer.alloc(size, String(size)));
  await using server = createMemcacheServer({ backend: createBackend({ pool }) });
  const address = await server.listen({ port: 0 });
  await using client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
  const values = sizes.map((size) => `VALUE s${size} 0 ${size}\r\n${Buffer.alloc(size, String(size)).toString()}\r\n`);
  await client.send(
    `get ${sizes.map((size) => `s${size}`).join(' ')}\r\n`,
    sizes.map((size) => `get s${size}\r\n`).join(''),
  );
  await expect(
    client.receive(`${values.join('')}END\r\n${values.map((value) => `${value}END\r\n`).join('')}`),
  ).resolves.toBeUndefined();
});
