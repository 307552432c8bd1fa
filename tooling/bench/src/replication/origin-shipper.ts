import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { Redis } from 'ioredis';

import { joinElements } from './origin-format.ts';

const batchSize = 1000;
const pollMs = 2;

/** Takes up to 1000 elements from a list, posts them, and takes the next when they are answered, until `signal`. */
export async function shipList(redis: Redis, list: string, url: string, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    while (!signal.aborted) {
      const elements = await redis.rpop(list, batchSize);
      if (elements === null || elements.length === 0) await pause(pollMs);
      else await post(agent, url, joinElements(elements));
    }
  } finally {
    agent.destroy();
  }
}

function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: 30_000 }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the receiver answered ${response.statusCode}`));
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('the receiver did not answer')));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
