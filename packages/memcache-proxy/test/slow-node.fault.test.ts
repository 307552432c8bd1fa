import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memcacheHttp } from '../src/index.ts';
import { type StartedProxy, startProxy } from './start-proxy.ts';
import { ScriptClient } from './text/script-client.ts';

/** The deadline of a read: nothing here takes as long. */
const deadlineMs = 60_000;
const readCount = 150;
const atOnce = 10;
const frozenCount = 40;
/** How many times as long a read may take while others wait for a node that is frozen. Behind them it would take until the end. */
const maxSlowdown = 50;

let proxy: StartedProxy;
let app: FastifyInstance;
let url: string;
/** Keys of the node that freezes, and of the two others. */
let cold: string[];
let warm: string[];

beforeAll(async () => {
  proxy = await startProxy({ timeoutMs: deadlineMs });
  app = fastify({ routerOptions: { maxParamLength: 750 } });
  await app.register(memcacheHttp, { backend: proxy.backend });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  const keys = Array.from({ length: 300 }, (_, index) => `slow-${index}`);
  for (const key of keys) await proxy.backend.set(key, Buffer.from('x'));
  const isCold = (key: string): boolean => proxy.ring.get(key).port === proxy.nodes[0]!.port;
  cold = keys.filter(isCold);
  warm = keys.filter((key) => !isCold(key));
});
afterAll(async () => {
  await app.close();
  await proxy[Symbol.asyncDispose]();
});

/** Runs `work` while the first node answers nothing. */
async function whileFrozen(work: () => Promise<void>): Promise<void> {
  await proxy.nodes[0]!.freeze();
  try {
    await work();
  } finally {
    await proxy.nodes[0]!.thaw();
  }
  await expect.poll(() => proxy.backend.get(cold[0]!).catch(() => undefined), { timeout: 20_000 }).toBeDefined();
}

/** The median duration of reads of the two other nodes, of which some are made at once. */
async function medianMs(read: (key: string, reader: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < readCount / atOnce; turn += 1) {
    const key = warm[turn % warm.length]!;
    const timed = async (reader: number): Promise<void> => {
      const startedAt = performance.now();
      await read(key, reader);
      times.push(performance.now() - startedAt);
    };
    await Promise.all(Array.from({ length: atOnce }, (_, reader) => timed(reader)));
  }
  return times.toSorted((one, other) => one - other)[times.length / 2]!;
}

async function readOverHttp(key: string): Promise<number> {
  const response = await fetch(`${url}/v1/cache/${key}`);
  await response.arrayBuffer();
  return response.status;
}

describe('while one of three nodes is frozen', () => {
  it('answers HTTP reads of the other nodes about as fast as before', { timeout: deadlineMs }, async () => {
    const statuses = new Set<number>();
    const read = async (key: string): Promise<void> => void statuses.add(await readOverHttp(key));
    const beforeMs = await medianMs(read);
    let coldAnswers = 0;
    let waiting: Promise<number[]> = Promise.resolve([]);
    await whileFrozen(async () => {
      const readCold = async (index: number): Promise<number> => {
        const status = await readOverHttp(cold[index % cold.length]!);
        coldAnswers += 1;
        return status;
      };
      waiting = Promise.all(Array.from({ length: frozenCount }, (_, index) => readCold(index)));
      expect((await medianMs(read)) / beforeMs).toBeLessThan(maxSlowdown);
      expect([statuses, coldAnswers]).toEqual([new Set([200]), 0]);
    });
    expect(new Set(await waiting)).toEqual(new Set([200]));
  });

  it('answers memcached clients that read from the other nodes about as fast', { timeout: deadlineMs }, async () => {
    const open = (): Promise<ScriptClient> => ScriptClient.open({ port: proxy.port });
    const waiting = await Promise.all(Array.from({ length: frozenCount }, open));
    const others = await Promise.all(Array.from({ length: atOnce }, open));
    const hit = (key: string): string => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`;
    const answers = others.map(() => '');
    const read = async (key: string, reader: number): Promise<void> => {
      answers[reader] += hit(key);
      await others[reader]!.send(`get ${key}\r\n`);
      await others[reader]!.receive(answers[reader]!);
    };
    try {
      const beforeMs = await medianMs(read);
      await whileFrozen(async () => {
        await Promise.all(waiting.map((client, index) => client.send(`get ${cold[index % cold.length]!}\r\n`)));
        expect((await medianMs(read)) / beforeMs).toBeLessThan(maxSlowdown);
        expect(waiting.map(({ text }) => text).join('')).toBe('');
      });
      const thawed = waiting.map((client, index) => client.receive(hit(cold[index % cold.length]!)));
      await expect(Promise.all(thawed)).resolves.toHaveLength(frozenCount);
    } finally {
      await Promise.all([...waiting, ...others].map((client) => client[Symbol.asyncDispose]()));
    }
  });
});
