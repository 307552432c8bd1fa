import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import { parseFencingToken } from '@lockstep/lock';

import { Hold } from './hold.ts';
import { OrderJudge } from './order-judge.ts';

/** The webhook of the story. */
export interface OrderedSink extends AsyncDisposable {
  readonly url: string;
  readonly judge: OrderJudge;
  /** Lets the next request wait, and resolves when it does; `release` has it go on, unless its sender is gone by then. */
  holdNext(): Promise<{ release(): void }>;
  /** When the first change under a token was applied, by the monotonic clock of this process. */
  appliedSince(token: number): number | undefined;
}

const stale = { code: 'ERR_LOCK_STALE_TOKEN' };

/** Starts it on a free port. */
export async function startOrderedSink(): Promise<OrderedSink> {
  const judge = new OrderJudge();
  const firsts = new Map<number, number>();
  const hold = new Hold();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = parseFencingToken(request.headers['lockstep-fencing-token']) ?? 0;
    const idempotencyKey = String(request.headers['idempotency-key']);
    const { place } = JSON.parse(await readBody(request)) as { place: number };
    if (!(await hold.pass(response))) return;
    const ruling = judge.rule({ token, idempotencyKey, place });
    if (ruling === 'applied' && !firsts.has(token)) firsts.set(token, performance.now());
    // A wrong one is not asked for again: it stands in the record.
    response.writeHead(ruling === 'stale' ? 409 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(ruling === 'stale' ? stale : { ruling }));
  };
  // A request that is cut off half-way has no answer and no effect.
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/policies`,
    judge,
    holdNext: () => hold.next(),
    appliedSince: (token) => Array.from(firsts).find(([known]) => known > token)?.[1],
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
