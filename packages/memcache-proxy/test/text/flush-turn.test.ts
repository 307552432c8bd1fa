import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { expect, it } from 'vitest';

import { createBackend, createMemcacheServer, FAILURE_CHANNEL, type ProxyFailure } from '../../src/index.ts';
import { type Flushable, flushAtTurnEnd } from '../../src/text/flush-turn.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { ScriptClient } from './script-client.ts';

it('flushes the connections after one whose flush throws, which is told so', async () => {
  const told: unknown[] = [];
  const connection = (name: string, error?: Error): Flushable => ({
    flush() {
      if (error !== undefined) throw error;
      told.push(name);
    },
    broken: (reason) => void told.push(reason),
  });
  const bug = new Error('a bug');
  for (const one of [connection('first'), connection('second', bug), connection('third')]) flushAtTurnEnd(one);
  await expect.poll(() => told).toEqual(['first', bug, 'third']);
});

it('ends the connection whose answer cannot be put together, and gives nothing of it to others', async () => {
  const pool = new MemoryPool();
  await pool.set('good', 'value');
  const read = pool.get.bind(pool);
  // What says that it is a value and has no bytes.
  const broken = { value: { length: 100, buffer: new ArrayBuffer(0) } as unknown as Buffer, flags: 0 };
  pool.get = async (key) => (String(key) === 'bad' ? broken : read(key));
  const heard: ProxyFailure[] = [];
  const listen = (message: unknown): void => void heard.push(message as ProxyFailure);
  subscribe(FAILURE_CHANNEL, listen);
  await using server = createMemcacheServer({ backend: createBackend({ pool }) });
  const address = await server.listen({ port: 0 });
  const open = (): Promise<ScriptClient> => ScriptClient.open({ port: 'port' in address ? address.port : 0 });
  await using unlucky = await open();
  await using other = await open();
  const ended = new Promise((resolve) => unlucky.socket.once('close', resolve));
  unlucky.socket.on('error', () => undefined);
  await unlucky.send('get good\r\nget good\r\nget bad\r\n');
  await ended;
  await other.send('get nothing\r\n');
  await expect(other.receive('END\r\n')).resolves.toBeUndefined();
  unsubscribe(FAILURE_CHANNEL, listen);
  expect(heard).toMatchObject([{ operation: 'reply', error: { name: 'TypeError' } }]);
});
