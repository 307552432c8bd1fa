import { refreshKey, type SchedulePlan } from '@lockstep/refresh';
import type { RefreshSource } from '@lockstep/service-kit';

/** The keys of a source that are known beforehand: those of its ids, or its name alone. */
export function knownKeysOf(name: string, { ids }: Pick<RefreshSource, 'ids'>): string[] {
  return (ids ?? ['']).map((id) => refreshKey(name, id));
}

/** When a source is refreshed though nobody asks; undefined where it is not. */
export function planOf(name: string, source: Pick<RefreshSource, 'ids' | 'schedule'>): SchedulePlan | undefined {
  const { schedule } = source;
  if (schedule === undefined) return undefined;
  const { everyMs, cron, timeZone, jitterMs } = schedule;
  const shared = { keys: knownKeysOf(name, source), ...(jitterMs === undefined ? {} : { jitterMs }) };
  if (everyMs !== undefined) return { ...shared, everyMs };
  return { ...shared, cron: cron ?? '', timeZone: timeZone ?? 'UTC' };
}
