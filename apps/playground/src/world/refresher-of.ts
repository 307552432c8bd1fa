import { sourceName } from '../coupons/coupon.ts';
import type { AppProcess } from './app-process.ts';
import { host } from './layout.ts';

interface Answer {
  readonly sources: readonly { readonly source: string; readonly leader?: string }[];
}

/** The process that refreshes the coupons of a region, where one of these does and can be asked. */
export async function refresherOf(refreshers: readonly AppProcess[]): Promise<AppProcess | undefined> {
  for (const { probePort } of refreshers) {
    try {
      const response = await fetch(`http://${host}:${probePort}/v1/refresh`, { signal: AbortSignal.timeout(1000) });
      if (!response.ok) continue;
      const { sources } = (await response.json()) as Answer;
      const leader = sources.find(({ source }) => source === sourceName)?.leader;
      // A refresher calls itself by its machine and its process id.
      const pid = leader === undefined ? Number.NaN : Number(leader.slice(leader.lastIndexOf(':') + 1));
      return refreshers.find((app) => app.pid === pid);
    } catch {
      // It is starting, or was killed a moment ago; another one may know.
    }
  }
  return undefined;
}
