import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { addMetrics, type MeteredQueue } from '../src/metrics.ts';
import { createQueueCounters } from '../src/queue/queue-counters.ts';
import { QueueView } from '../src/queue/queue-view.ts';

function queueOf(name: string): MeteredQueue & { view: QueueView } {
  return { name, counters: createQueueCounters(), view: new QueueView(), leadership: undefined };
}

it('shows the backlog only where this process leads, and never a key of a message', async () => {
  const { metrics } = createAdminServer({
    name: 'x',
    version: '1',
    logger: createLogger({ name: 'x', level: 'silent' }),
  });
  const [one, two] = [queueOf('one'), queueOf('two')];
  addMetrics(metrics, [one, two]);
  one.view.begin({ size: 3, blocked: 1, oldestMs: Date.now() - 5000 });
  one.view.backlog = { messages: 7 };
  one.counters.delivered = 4;
  const text = await metrics.metrics();
  expect(text).toContain('lockstep_consumer_leader{queue="two"} 0\n');
  expect(text).toContain('lockstep_consumer_delivered_total{queue="one"} 4\n');
  expect(text).toContain('lockstep_consumer_lag_messages{queue="one"} 7\n');
  expect(text).toContain('lockstep_consumer_blocked_lanes{queue="one"} 1\n');
  expect(text).toMatch(/lockstep_consumer_lag_seconds\{queue="one"\} 5(\.\d+)?\n/);
  expect(text).not.toMatch(/lag_\w+\{queue="two"\}/);
  one.view.end();
  expect(await metrics.metrics()).not.toContain('lag_messages{');
});
