import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A source that takes its time, and counts. */
export interface SlowSource extends AsyncDisposable {
  readonly url: string;
  /** How often it was asked since this was called last. */
  takeCalls(): number;
}

/** Starts one on loopback. */
export async function startSlowSource(delayMs: number): Promise<SlowSource> {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    setTimeout(() => response.end(JSON.stringify({ id: 'coupons', number: calls })), delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    takeCalls() {
      const taken = calls;
      calls = 0;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
