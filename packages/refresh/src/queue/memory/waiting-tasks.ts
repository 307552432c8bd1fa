import type { RefreshPriority, RefreshTask } from '../refresh-queue.ts';
import { allPriorities, outranks, priorityOf } from '../urgency.ts';

/** A task that is somewhere in a queue. */
export interface QueuedTask {
  task: RefreshTask;
  /** The most urgent for which it was asked for. */
  priority: RefreshPriority;
  /** How often it has failed. */
  failures: number;
  /** What is queued for the same key when this one has ended. */
  next: RefreshTask | undefined;
}

/** A task that has not been tried yet. */
export function freshTask(task: RefreshTask): QueuedTask {
  return { task, priority: priorityOf(task.reason), failures: 0, next: undefined };
}

/** Tasks by key, of which the most urgent is taken first, and of equals the oldest. */
export class WaitingTasks {
  readonly #byPriority: ReadonlyMap<RefreshPriority, Map<string, QueuedTask>> = new Map(
    allPriorities.map((priority) => [priority, new Map<string, QueuedTask>()]),
  );

  get size(): number {
    let size = 0;
    for (const tasks of this.#byPriority.values()) size += tasks.size;
    return size;
  }

  get(key: string): QueuedTask | undefined {
    for (const tasks of this.#byPriority.values()) {
      const found = tasks.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  add(entry: QueuedTask): void {
    this.#byPriority.get(entry.priority)!.set(entry.task.key, entry);
  }

  /** Takes note that one that waits here or elsewhere was asked for again. */
  merge(entry: QueuedTask, task: RefreshTask): void {
    if (outranks(task, entry.task)) entry.task = task;
    const priority = priorityOf(task.reason);
    if (priority >= entry.priority) return;
    const isWaiting = this.delete(task.key);
    entry.priority = priority;
    // Behind those that were as urgent before.
    if (isWaiting) this.add(entry);
  }

  take(): QueuedTask | undefined {
    for (const tasks of this.#byPriority.values()) {
      for (const [key, entry] of tasks) {
        tasks.delete(key);
        return entry;
      }
    }
    return undefined;
  }

  delete(key: string): boolean {
    for (const tasks of this.#byPriority.values()) if (tasks.delete(key)) return true;
    return false;
  }

  clear(): void {
    for (const tasks of this.#byPriority.values()) tasks.clear();
  }
}
