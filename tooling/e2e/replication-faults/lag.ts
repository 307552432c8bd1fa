import { askHttp } from './http-reply.ts';
import type { World } from './world.ts';

/** Long enough for a look once a second to be a small part of it. */
const cutMs = 8000;

/** Cuts the wire to the second region, and compares the lag that the shipper reports with the age of the oldest write. */
export async function measureLag(
  { regions }: World,
  wait: (ms: number) => Promise<unknown>,
): Promise<{ readonly reportedMs: number; readonly measuredMs: number }> {
  const [from, to] = regions;
  if (from === undefined || to === undefined) throw new Error('there are not two regions');
  to.wire.set({ cut: true });
  try {
    const port = from.place.ports.proxy[0]!;
    const writtenAt = performance.now();
    const body = Buffer.from('1 ');
    const written = await askHttp({ port, method: 'PUT', path: '/v1/cache/own:lag', body, timeoutMs: 6000 });
    if (written.status !== 204) throw new Error(`the write was answered with ${written.status}`);
    await wait(cutMs);
    const shipper = from.place.ports.shipper[0]!;
    const answer = await askHttp({ port: shipper, method: 'GET', path: '/v1/links', timeoutMs: 6000 });
    const links = JSON.parse(answer.body.toString()) as { readonly lagMs: number }[];
    return { reportedMs: Math.max(...links.map(({ lagMs }) => lagMs)), measuredMs: performance.now() - writtenAt };
  } finally {
    to.wire.set({});
  }
}
