import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createMemoryFenceStore, parseFencingToken } from '@lockstep/lock';

import { host } from './layout.ts';

/** The webhook that the consumers of every region deliver to. It refuses whoever was overtaken. */
export interface PlaygroundSink {
  /** Where the messages of a region are sent to. */
  readonly urlOf: (region: string) => string;
  /** Messages that were accepted from a region; one that comes again counts once. */
  readonly acceptedOf: (region: string) => number;
  close(): Promise<void>;
}

/** So many keys of messages are remembered, to know one again. */
const maxKeys = 10_000;

/** Starts it on a free port. */
export async function startSink(): Promise<PlaygroundSink> {
  const fences = createMemoryFenceStore();
  const accepted = new Map<string, number>();
  const keys = new Set<string>();
  const accept = async (region: string, token: number | undefined, key: string | undefined): Promise<number> => {
    if (token === undefined || key === undefined) return 400;
    try {
      await fences.admit(region, token);
    } catch {
      return 409;
    }
    const name = `${region} ${key}`;
    if (keys.has(name)) return 200;
    keys.add(name);
    const [oldest] = keys;
    if (keys.size > maxKeys && oldest !== undefined) keys.delete(oldest);
    accepted.set(region, (accepted.get(region) ?? 0) + 1);
    return 200;
  };
  const server = createServer((request, response) => {
    const token = parseFencingToken(request.headers['lockstep-fencing-token']);
    const key = request.headers['idempotency-key'];
    request.resume().once('end', () => {
      const answer = async (): Promise<void> => {
        const status = await accept((request.url ?? '').slice(1), token, typeof key === 'string' ? key : undefined);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(status === 409 ? '{"code":"ERR_LOCK_STALE_TOKEN"}' : '{}');
      };
      void answer();
    });
  }).listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (region) => `http://${host}:${port}/${region}`,
    acceptedOf: (region) => accepted.get(region) ?? 0,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
