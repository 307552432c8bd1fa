import { Socket } from 'node:net';

import { expect, it, vi } from 'vitest';

import { createBackend, createMemcacheServer } from '../../src/index.ts';
import { ReplySlab } from '../../src/text/reply-slab.ts';
import { takeSlot } from '../../src/text/reply-slot.ts';
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

/** The sum of all memory of which any part is given to a socket that takes nothing, for values of that size. */
function keptBytes(size: number, count: number, toReply: (value: Buffer) => readonly Buffer[] | undefined): number {
  const socket = new Socket();
  const memory = new Set<ArrayBufferLike>();
  vi.spyOn(socket, 'writable', 'get').mockReturnValue(true);
  vi.spyOn(socket, 'writableLength', 'get').mockReturnValue(1);
  vi.spyOn(socket, 'write').mockImplementation((bytes) => memory.add((bytes as Buffer).buffer).size < 0);
  const slab = new ReplySlab();
  const owner = { settled: (): void => {}, storeFailed: (): string => '', broken: (): void => {} };
  for (let index = 0; index < count; index += 1) {
    const slot = takeSlot(owner, 'read', 'k');
    // As they come from memcached, among what others have asked for.
    const chunk = Buffer.allocUnsafeSlow(65_536);
    const answer = toReply(chunk.subarray(100, 100 + size));
    slot.isGet = answer === undefined;
    if (answer === undefined) slot.onValue(chunk, 100, 100 + size, 0);
    else slot.onReply(answer);
    slab.add(slot);
  }
  slab.flushTo(socket, false);
  let bytes = 0;
  for (const { byteLength } of memory) bytes += byteLength;
  return bytes;
}

it.each([
  [4097, 200],
  [9000, 100],
  [32_000, 40],
  [40_000, 30],
])('keeps little more than twice the values of %d bytes that a slow reader has not taken', (size, count) => {
  const bound = 2 * size * count + 2 * 65_536;
  expect(keptBytes(size, count, () => undefined)).toBeLessThan(bound);
  expect(keptBytes(size, count, (value) => [value])).toBeLessThan(bound);
});
