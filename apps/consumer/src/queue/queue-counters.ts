/** What a process did for a queue since it began. */
export interface QueueCounters {
  /** Messages that the sink accepted. */
  delivered: number;
  /** Attempts that failed. */
  failures: number;
  /** Messages that went to the dead letters. */
  buried: number;
  /** Messages that were removed before they were read. */
  missed: number;
  /** Times that this process was elected. */
  elections: number;
}

/** Nothing yet. */
export function createQueueCounters(): QueueCounters {
  return { delivered: 0, failures: 0, buried: 0, missed: 0, elections: 0 };
}
