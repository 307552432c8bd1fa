import { type RedisServer, startRedis } from '@lockstep/testing';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { command } from './redis/command-arbitrary.ts';
import { luaSamples } from './redis/lua-samples.ts';
import { RedisModel } from './redis/redis-model.ts';
import { type Reply, ReplyError } from './redis/reply.ts';
import { scriptCall } from './redis/script-arbitrary.ts';

let server: RedisServer;
let client: Redis;

beforeAll(async () => {
  // Approximate trimming removes whole nodes: with nodes of one entry it is exact.
  server = await startRedis({ config: { 'stream-node-max-entries': '1' } });
  client = new Redis(server.port, server.host, { protocol: 2 });
});
afterAll(async () => {
  client.disconnect();
  await server.close();
});

function bytes(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  return Array.isArray(reply) ? reply.map(bytes) : reply;
}

/** The code of an error is what callers match on. */
function failure(error: unknown): unknown {
  return { error: (error as Error).message.split(' ')[0] };
}

async function ofServer(args: readonly string[]): Promise<unknown> {
  const [name = '', ...rest] = args;
  return client.callBuffer(name, ...rest.map((each) => Buffer.from(each, 'latin1'))).then(bytes, failure);
}

function plain(reply: Reply): unknown {
  if (reply === null || typeof reply !== 'object') return reply;
  return 'status' in reply ? reply.status : reply.map(plain);
}

function ofModel(model: RedisModel, args: readonly string[]): unknown {
  try {
    return plain(model.execute(args.map((each) => Buffer.from(each, 'latin1').toString('latin1'))));
  } catch (error) {
    if (error instanceof ReplyError) return failure(error);
    throw error;
  }
}

/** Moments and ids of processes differ by their nature. */
function withoutTime(reply: unknown): unknown {
  if (typeof reply === 'number') return reply > 1e12 ? 'now' : reply;
  if (typeof reply === 'string') return reply.replaceAll(/\d{13}/g, 'now');
  if (!Array.isArray(reply)) return reply;
  // The script that asks for laggards says for how long the state has been there.
  const isOfLaggards = reply.length === 4 && typeof reply[2] === 'number' && Array.isArray(reply[3]);
  return (isOfLaggards ? reply.with(2, 'elapsed') : reply).map(withoutTime);
}

function newModel(runId = 'abc'): RedisModel {
  return new RedisModel({ runId, now: () => Date.now(), publish: () => 0, nodeEntries: 1 });
}

describe('the simulated Redis', () => {
  it('answers the same sequences of commands as a real one does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
        await client.flushall();
        const model = newModel();
        for (const args of commands) expect([args, ofModel(model, args)]).toEqual([args, await ofServer(args)]);
      }),
      {
        numRuns: Number(process.env['LOCKSTEP_SIM_RUNS'] ?? 300),
        examples: [
          [
            [
              ['SET', 'c', 'x'],
              ['GETRANGE', 'c', '-1', '-2'],
            ],
          ],
        ],
      },
    );
  });

  it.each(luaSamples)('comes to the same by: %s', async (lua) => {
    await client.flushall();
    const args = ['EVAL', lua, '2', 'a', 'b', 'x', 'y'];
    expect(ofModel(newModel(), args)).toEqual(await ofServer(args));
  });

  it('runs the scripts of the log and of the shared tier as a real one does', async () => {
    const runId = /run_id:(\w+)/.exec(await client.info('server'))?.[1] ?? '';
    await fc.assert(
      fc.asyncProperty(fc.array(scriptCall, { minLength: 1, maxLength: 40 }), async (calls) => {
        await client.flushall();
        const model = newModel(runId);
        for (const args of calls) {
          const [ours, real] = [withoutTime(ofModel(model, args)), withoutTime(await ofServer(args))];
          expect([args.slice(2), ours]).toEqual([args.slice(2), real]);
        }
      }),
      { numRuns: Number(process.env['LOCKSTEP_SIM_RUNS'] ?? 300) },
    );
  });
});
