import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { readSocket } from '../../src/text/read-socket.ts';

/** Two ends of a connection: one that a server accepted, and its client. */
async function openPair(): Promise<{ readonly accepted: Socket; readonly client: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    for (const socket of [accepted, client]) socket.destroy();
    server.close();
  });
  return { accepted, client };
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1');
}

describe('readSocket', () => {
  it('reads into memory that is there, which this Node allows', async () => {
    const { accepted, client } = await openPair();
    const chunks: Buffer[] = [];
    readSocket(accepted, (chunk) => chunks.push(chunk));
    client.write('get k\r\n');
    await expect.poll(() => textOf(chunks)).toBe('get k\r\n');
    expect(accepted.listenerCount('data')).toBe(0);
    // Not the 64 KiB that Node makes for a read: whoever keeps a byte keeps no more than this.
    expect(chunks[0]!.buffer.byteLength).toBeLessThanOrEqual(8192);
  });

  it('gives each socket what is its own, for as long as it is kept', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => openPair()));
    const read = pairs.map(({ accepted }) => {
      const chunks: Buffer[] = [];
      readSocket(accepted, (chunk) => chunks.push(chunk));
      return chunks;
    });
    const texts = pairs.map((_, index) => String(index).repeat(200_000));
    for (const [index, { client }] of pairs.entries()) client.write(texts[index]!);
    await expect.poll(() => read.map(textOf)).toEqual(texts);
  });

  it('reads nothing while the socket is paused, and then goes on', async () => {
    const { accepted, client } = await openPair();
    const chunks: Buffer[] = [];
    readSocket(accepted, (chunk) => {
      chunks.push(chunk);
      accepted.pause();
    });
    const text = 'x'.repeat(1_000_000);
    client.write(text);
    await expect.poll(() => chunks.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chunks).toHaveLength(1);
    const pump = setInterval(() => accepted.resume(), 1);
    onTestFinished(() => clearInterval(pump));
    await expect.poll(() => textOf(chunks) === text).toBe(true);
  });

  it('tells of the end after all that came before it, and of a reset', async () => {
    const { accepted, client } = await openPair();
    const chunks: Buffer[] = [];
    readSocket(accepted, (chunk) => chunks.push(chunk));
    client.end('get k\r\nget l\r\n');
    await once(accepted, 'end');
    expect(textOf(chunks)).toBe('get k\r\nget l\r\n');
    const other = await openPair();
    readSocket(other.accepted, () => {});
    other.client.resetAndDestroy();
    await expect(once(other.accepted, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('takes what `data` gives where a socket has no such memory', async () => {
    const { accepted, client } = await openPair();
    Object.defineProperty(accepted, '_handle', { value: undefined, configurable: true });
    const chunks: Buffer[] = [];
    readSocket(accepted, (chunk) => chunks.push(chunk));
    expect(accepted.listenerCount('data')).toBe(1);
    Reflect.deleteProperty(accepted, '_handle');
    client.write('get k\r\n');
    await expect.poll(() => textOf(chunks)).toBe('get k\r\n');
  });
});
