import { addScrapedMetric, type MetricRow, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

import type { QueueConsumer } from './queue/queue-consumer.ts';

/** What the metrics of a consumer look at. */
export type MeteredQueue = Pick<QueueConsumer, 'name' | 'counters' | 'view' | 'leadership'>;

/** Registers the metrics of a consumer. Only the leader has numbers of the backlog. The README has the table. */
export function addMetrics(registry: Registry, queues: readonly MeteredQueue[]): void {
  const add = (
    kind: ScrapedMetric['kind'],
    what: string,
    help: string,
    value: (queue: MeteredQueue) => number | undefined,
  ): void =>
    addScrapedMetric(registry, {
      kind,
      name: `lockstep_consumer_${what}`,
      help,
      labelNames: ['queue'],
      read: () =>
        queues.flatMap((queue): MetricRow[] => {
          const number = value(queue);
          return number === undefined ? [] : [{ labels: { queue: queue.name }, value: number }];
        }),
    });
  add('gauge', 'leader', '1 when this process leads', ({ leadership }) => Number(leadership !== undefined));
  add('gauge', 'term', 'the term that this process leads in', ({ leadership }) => leadership?.term);
  add('counter', 'elections_total', 'times that this process was elected', ({ counters }) => counters.elections);
  add('counter', 'delivered_total', 'messages that the sink accepted', ({ counters }) => counters.delivered);
  add('counter', 'failures_total', 'attempts that failed', ({ counters }) => counters.failures);
  add('counter', 'buried_total', 'messages that went to the dead letters', ({ counters }) => counters.buried);
  add('counter', 'missed_total', 'messages that were removed before they were read', ({ counters }) => counters.missed);
  add('gauge', 'lag_messages', 'messages that are not done', ({ view }) => view.backlog?.messages);
  add('gauge', 'lag_seconds', 'age of the oldest message that is not done', ({ view }) => {
    if (view.lanes === undefined) return undefined;
    const { oldestMs } = view.lanes;
    return oldestMs === undefined ? 0 : Math.max(0, Date.now() - oldestMs) / 1000;
  });
  add('gauge', 'blocked_lanes', 'lanes whose first message was tried in vain', ({ view }) => view.lanes?.blocked);
}
