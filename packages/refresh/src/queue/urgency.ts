import type { RefreshPriority, RefreshReason, RefreshTask } from './refresh-queue.ts';

const priorities: Readonly<Record<RefreshReason, RefreshPriority>> = {
  manual: 1,
  missing: 1,
  invalidated: 2,
  stale: 2,
  ageing: 3,
  scheduled: 4,
  'warm-up': 5,
};

/** The most demanding first: nothing is enough for the first, and for the second only what was loaded since its tick. */
const demanding: readonly RefreshReason[] = [
  'manual',
  'scheduled',
  'missing',
  'invalidated',
  'stale',
  'ageing',
  'warm-up',
];

/** Every priority, the most urgent first. */
export const allPriorities: readonly RefreshPriority[] = [1, 2, 3, 4, 5];

/** How urgent a task is: somebody waits for what is missing, then comes what is wrong, then what will be. */
export function priorityOf(reason: RefreshReason): RefreshPriority {
  return priorities[reason];
}

/** Whether a text is one of the reasons. */
export function isReason(text: unknown): text is RefreshReason {
  return (demanding as readonly unknown[]).includes(text);
}

/**
 * Whether a task takes the place of one that waits for the same key: it is done where the other might be found
 * superfluous. How urgent the two are is another matter.
 */
export function outranks(task: RefreshTask, present: RefreshTask): boolean {
  if (task.reason === 'scheduled' && present.reason === 'scheduled') return task.requestedAt > present.requestedAt;
  return demanding.indexOf(task.reason) < demanding.indexOf(present.reason);
}

/**
 * Whether a task is queued though its key is being worked on: the load under way may have read the source before the
 * change, or the tick, that this one is about. For the same reason a load does not take it away. A task of any other
 * reason is served by that load.
 */
export function isFollowUp(reason: RefreshReason): boolean {
  return reason === 'invalidated' || reason === 'manual' || reason === 'scheduled';
}
