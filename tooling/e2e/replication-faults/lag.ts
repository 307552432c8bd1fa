import { setTimeout as wait } from 'node:timers/promises';

import { askHttp } from './http-reply.ts';
import type { WorldRegion } from './world.ts';

const requestMs = 6000;
const everyMs = 50;
const patienceMs = 90_000;
/** What may have been on its way when a link was found at rest, and how long a look at the journal may have been ago. */
const restMs = 1000;
const lookMs = 1000;
/** Clocks of two processes are read one after the other, and ids have whole milliseconds. */
const clockMs = 50;

/** What the shippers of a region say of one link, and the monotonic moments around the question. */
export interface LinkReport {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly lagMs: number;
  readonly measuredLagMs: number;
  readonly tier: string;
}

/** What is known of a link that is cut, in monotonic milliseconds. */
export interface CutLink {
  /** It was asked then whether it was at rest, and was. */
  readonly restedAt: number;
  readonly cutAt: number;
  /** Something that does not arrive has been written by then. */
  readonly writtenAt: number;
}

/** The worst that any shipper says: who stands by another knows no more than that one, and later. */
export async function askLink(from: WorldRegion, to: WorldRegion): Promise<LinkReport> {
  const askedAt = performance.now();
  const views = await Promise.all(
    from.place.ports.shipper.map(async (port) => {
      const answer = await askHttp({ port, method: 'GET', path: '/v1/links', timeoutMs: requestMs });
      const links = JSON.parse(answer.body.toString()) as (Partial<LinkReport> & { readonly to: string })[];
      return links.find((link) => link.to === to.name);
    }),
  );
  const worst = (read: (view: Partial<LinkReport>) => number | undefined): number =>
    Math.max(0, ...views.map((view) => (view === undefined ? 0 : (read(view) ?? 0))));
  return {
    askedAt,
    answeredAt: performance.now(),
    lagMs: worst(({ lagMs }) => lagMs),
    measuredLagMs: worst(({ measuredLagMs }) => measuredLagMs),
    tier: views.find((view) => view?.tier !== 'log')?.tier ?? 'log',
  };
}

/** The first report for which it holds. @throws Error with the last one when that takes too long. */
export async function reportWhere(
  isMeant: (report: LinkReport) => boolean,
  [from, to]: readonly [WorldRegion, WorldRegion],
): Promise<LinkReport> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const report = await askLink(from, to);
    if (isMeant(report)) return report;
    if (performance.now() > giveUpAt) throw new Error(`${from.name} says of ${to.name}: ${JSON.stringify(report)}`);
    await wait(everyMs);
  }
}

/** Whether nothing is late on a link. */
export function isAtRest({ lagMs, measuredLagMs }: LinkReport): boolean {
  return lagMs < restMs && measuredLagMs < restMs;
}

/**
 * What is wrong with what is said of a link that is cut. Both lags can have begun only after it was at rest, and the reported
 * one is no less than the age of what was written since. None of it depends on how fast the machine is.
 */
export function judgeLag(
  { askedAt, answeredAt, lagMs, measuredLagMs }: Omit<LinkReport, 'tier'>,
  { restedAt, writtenAt }: Omit<CutLink, 'cutAt'>,
): string[] {
  const most = answeredAt - restedAt + restMs + lookMs + clockMs;
  const least = askedAt - writtenAt - clockMs;
  return [
    ...(lagMs > most ? [`the reported lag of ${lagMs} ms is above ${most} ms`] : []),
    ...(lagMs < least ? [`the reported lag of ${lagMs} ms is below ${least} ms`] : []),
    ...(measuredLagMs > most ? [`the measured lag of ${measuredLagMs} ms is above ${most} ms`] : []),
  ];
}
