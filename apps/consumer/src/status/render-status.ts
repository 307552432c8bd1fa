import type { QueueStatus } from './queue-status.ts';

/** A line for each queue. */
export function renderStatus(queues: readonly QueueStatus[]): string {
  return queues
    .map(({ queue, leader, waiting, cursor, deadLetters }) =>
      [
        queue.padEnd(16),
        leader === undefined ? 'nobody leads' : `led by ${leader.id} on ${leader.host}, term ${leader.term}`,
        `${waiting ?? 'unknown'} waiting`,
        ...(cursor === undefined ? [] : [`cursor ${cursor}`]),
        `${deadLetters} dead letters`,
      ].join('   '),
    )
    .join('\n');
}
