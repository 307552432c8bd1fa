import type { RefreshTask } from '../refresh-queue.ts';
import { isReason } from '../urgency.ts';

/** What a job carries; undefined when it is not one of ours: a dashboard can add jobs too. */
export function readTask(data: unknown): RefreshTask | undefined {
  const { key, reason, requestedAt } = (data ?? {}) as Record<keyof RefreshTask, unknown>;
  if (typeof key !== 'string' || !isReason(reason) || typeof requestedAt !== 'number') return undefined;
  return { key, reason, requestedAt };
}

/** The same, from what Redis holds. */
export function taskIn(json: unknown): RefreshTask | undefined {
  if (typeof json !== 'string') return undefined;
  try {
    return readTask(JSON.parse(json));
  } catch {
    return undefined;
  }
}
