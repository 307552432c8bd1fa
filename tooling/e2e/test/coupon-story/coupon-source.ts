import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One question that the source was asked. */
export interface SourceCall {
  /** The process that asked. */
  readonly by: string;
  /** When it came in, by the monotonic clock of this process. */
  readonly at: number;
  /** What it was answered with, once it was. */
  readonly generation: number;
}

/** One coupon as it is given out. Each answer of the source has another generation. */
export interface Coupon {
  readonly id: string;
  readonly generation: number;
}

/** A database that takes its time, behind HTTP. */
export interface CouponSource extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly SourceCall[];
  /** The most questions that were open at once. */
  readonly mostAtOnce: number;
  /** Those who wait for an answer at this moment. */
  readonly asking: readonly string[];
  /** How long it takes for an answer from now on, in ms. */
  delayMs: number;
}

/** The ids of the coupons, in their order. */
export const couponIds: readonly string[] = Array.from({ length: 40 }, (_, index) => `coupon-${index}`);

/** Starts one that takes `delayMs` for an answer. */
export async function startCouponSource(delayMs: number): Promise<CouponSource> {
  const calls: SourceCall[] = [];
  const speed = { delayMs };
  const open = new Map<ServerResponse, string>();
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    const by = new URL(request.url!, 'http://source').searchParams.get('by')!;
    const generation = calls.length + 1;
    calls.push({ by, at: performance.now(), generation });
    open.set(response, by);
    mostAtOnce = Math.max(mostAtOnce, open.size);
    response.once('close', () => void open.delete(response));
    setTimeout(() => {
      const coupons: Coupon[] = couponIds.map((id) => ({ id, generation }));
      response.setHeader('content-type', 'application/json').end(JSON.stringify(coupons));
    }, speed.delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    get mostAtOnce() {
      return mostAtOnce;
    },
    get delayMs() {
      return speed.delayMs;
    },
    set delayMs(value) {
      speed.delayMs = value;
    },
    get asking() {
      return [...open.values()];
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
