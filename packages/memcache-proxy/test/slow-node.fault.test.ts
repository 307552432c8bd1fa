import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memcacheHttp } from '../src/index.ts';
import { type StartedProxy, startProxy } from './start-proxy.ts';
import { ScriptClient } from './text/script-client.ts';

/** The deadline of a read: all answers of the healthy nodes must come while the first read of the frozen one still waits. */
const deadlineMs = 10_000;
const readCount = 150;
const frozenCount = 40;

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

async function readOverHttp(key: string): Promise<number> {
  const response = await fetch(`${url}/v1/cache/${key}`);
  await response.arrayBuffer();
  return response.status;
}

describe('while one of three nodes is frozen', () => {
  it('answers every HTTP read of the other nodes before the deadline of the first read of the frozen one', async () => {
    let coldAnswers = 0;
    let waiting: Promise<number[]> = Promise.resolve([]);
    await whileFrozen(async () => {
      const readCold = async (index: number): Promise<number> => {
        const status = await readOverHttp(cold[index % cold.length]!);
        coldAnswers += 1;
        return status;
      };
      waiting = Promise.all(Array.from({ length: frozenCount }, (_, index) => readCold(index)));
      for (let done = 0; done < readCount; done += 50) {
        const some = Array.from({ length: 50 }, (_, index) => readOverHttp(warm[(done + index) % warm.length]!));
        expect(new Set(await Promise.all(some))).toEqual(new Set([200]));
      }
      expect(coldAnswers).toBe(0);
    });
    expect(new Set(await waiting)).toEqual(new Set([200]));
  });

  it('answers every memcached client that reads from the other nodes before that deadline', async () => {
    const open = (): Promise<ScriptClient> => ScriptClient.open({ port: proxy.port });
    const waiting = await Promise.all(Array.from({ length: frozenCount }, open));
    const others = await Promise.all(Array.from({ length: 10 }, open));
    const hit = (key: string): string => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`;
    try {
      await whileFrozen(async () => {
        await Promise.all(waiting.map((client, index) => client.send(`get ${cold[index % cold.length]!}\r\n`)));
        let answers = '';
        for (let turn = 0; turn < readCount / others.length; turn += 1) {
          const key = warm[turn % warm.length]!;
          await Promise.all(others.map((client) => client.send(`get ${key}\r\n`)));
          answers += hit(key);
          await Promise.all(others.map((client) => client.receive(answers)));
        }
        expect(waiting.map(({ text }) => text).join('')).toBe('');
      });
      const thawed = waiting.map((client, index) => client.receive(hit(cold[index % cold.length]!)));
      await expect(Promise.all(thawed)).resolves.toHaveLength(frozenCount);
    } finally {
      await Promise.all([...waiting, ...others].map((client) => client[Symbol.asyncDispose]()));
    }
  });
});
