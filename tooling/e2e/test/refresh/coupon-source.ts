import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A list of coupons behind a URL, as a shop would have it. */
export interface CouponSource extends AsyncDisposable {
  readonly origin: string;
  /** How often it was asked for a list. */
  calls: number;
  /** What its coupons say of themselves; a test changes it. */
  edition: number;
  /** With another status than 200 it fails. */
  status: number;
}

/** Starts one with 50 coupons for each city. */
export async function startCouponSource(): Promise<CouponSource> {
  const server = createServer((request, response) => {
    source.calls += 1;
    const { searchParams } = new URL(request.url ?? '/', 'http://source');
    const [shop, city] = [searchParams.get('shop') ?? undefined, searchParams.get('city') ?? ''];
    const { edition } = source;
    const coupons = Array.from({ length: 50 }, (_, index) => ({ id: `c${index}`, shop, city, edition }));
    response.writeHead(source.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { coupons } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const source: CouponSource = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: 0,
    edition: 1,
    status: 200,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return source;
}
