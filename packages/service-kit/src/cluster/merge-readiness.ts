import type { ReadinessReport } from '../http/readiness.ts';
import type { FleetPart } from './messages.ts';

/**
 * Ready when a worker is: they share one address, and one of them that starts again must not take the others out
 * of service. What fails is told with the number of its worker, of a service that is ready too.
 */
export function mergeReadiness(parts: readonly FleetPart[]): ReadinessReport {
  const failing = parts.flatMap(({ slot, value }) => {
    if (value === undefined) return [{ name: `worker ${slot}`, message: 'the worker does not answer' }];
    const report = value as ReadinessReport;
    return report.failing.map(({ name, message }) => ({ name: `worker ${slot}: ${name}`, message }));
  });
  const isReady = parts.some(({ value }) => (value as ReadinessReport | undefined)?.status === 'ready');
  return { status: isReady ? 'ready' : 'not ready', failing };
}
