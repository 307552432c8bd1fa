import { type FastLaneAnswer, waitedInLane } from '@lockstep/memcache-proxy';
import { addScrapedHistogram, addScrapedMetric, type AdminServer, type Registry } from '@lockstep/service-kit';

/** Upper bounds of the histogram in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const boundsMs = bounds.map((seconds) => seconds * 1000);

/** Plain numbers of one route: they are on the way of every request. */
class RouteMeter {
  /** By first digit of the status. */
  readonly byClass: number[] = [0, 0, 0, 0, 0, 0];
  /** Not cumulative; the last one is for what took longer than every bound. */
  readonly counts: number[] = Array.from({ length: bounds.length + 1 }, () => 0);
  sumMs = 0;

  add(status: number, ms: number): void {
    const first = Math.min(5, Math.trunc(status / 100));
    this.byClass[first] = (this.byClass[first] ?? 0) + 1;
    this.sumMs += ms;
    let at = 0;
    while (at < boundsMs.length && ms > (boundsMs[at] ?? Infinity)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
  }
}

/** Counts a `GET` that was answered past the hooks of the server. */
export type CountRequest = (answer: FastLaneAnswer) => void;

/**
 * Counts the requests of a server by method, route and class of the status, with the time that they took.
 * Routes are patterns as they were declared, never URLs. Call it before routes are registered.
 *
 * @returns what counts a request that no hook sees.
 */
export function meterRequests(http: AdminServer['http'], registry: Registry): CountRequest {
  // Bounded: routes are declared at the start, and the parser of HTTP knows a few methods.
  const meters = new Map<string, Map<string, RouteMeter>>();
  const newMeter = (route: string, method: string): RouteMeter => {
    const byMethod = meters.get(route) ?? new Map<string, RouteMeter>();
    meters.set(route, byMethod);
    const meter = new RouteMeter();
    byMethod.set(method, meter);
    return meter;
  };
  const meterOf = (route: string, method: string): RouteMeter =>
    meters.get(route)?.get(method) ?? newMeter(route, method);
  // Not `onResponse`: for that Fastify puts two listeners on every response and takes them off again.
  http.addHook('onRequest', (request, reply, done) => {
    const beganAt = performance.now() - waitedInLane(request.raw);
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const meter = meterOf(route, method);
    const response = reply.raw;
    response.on('finish', () => meter.add(response.statusCode, performance.now() - beganAt));
    done();
  });

  const rows = () =>
    [...meters].flatMap(([route, byMethod]) =>
      [...byMethod].map(([method, meter]) => ({ labels: { route, method }, meter })),
    );
  addScrapedMetric(registry, {
    kind: 'counter',
    name: 'lockstep_http_requests_total',
    help: 'requests answered, by class of the status',
    labelNames: ['route', 'method', 'status'],
    read: () =>
      rows().flatMap(({ labels, meter }) =>
        meter.byClass.flatMap((value, first) =>
          value === 0 ? [] : [{ labels: { ...labels, status: `${first}xx` }, value }],
        ),
      ),
  });
  addScrapedHistogram(registry, {
    name: 'lockstep_http_request_duration_seconds',
    help: 'time to the end of an answer',
    bounds,
    read: () => rows().map(({ labels, meter }) => ({ labels, counts: meter.counts, sum: meter.sumMs / 1000 })),
  });
  return ({ route, status, durationMs }) => meterOf(route, 'GET').add(status, durationMs);
}
