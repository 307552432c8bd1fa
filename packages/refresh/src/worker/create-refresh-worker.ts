import { setMaxListeners } from 'node:events';

import { hearsTasks, outcomeOf, publishTask } from '../channels.ts';
import { createDefinitionTable } from '../definition/definition-table.ts';
import { createAnnouncer } from '../load/announcer.ts';
import { createEntryChanges } from '../load/entry-changes.ts';
import { createLoadSlots } from '../load/load-slots.ts';
import { createOrigins } from '../load/origins.ts';
import type { RefreshTask, TaskConsumer, TaskContext, TaskOutcome } from '../queue/refresh-queue.ts';
import { RefreshError } from '../refresh-error.ts';
import { createLeaderships } from './leaderships.ts';
import { createLogListener } from './log-listener.ts';
import { createPassOn } from './pass-on.ts';
import type { RefreshWorker } from './refresh-worker.ts';
import { createTaskRunner } from './task-runner.ts';
import { checkWorkerOptions, type RefreshWorkerOptions } from './worker-options.ts';
import { createWorkerCounters } from './worker-stats.ts';

/**
 * Refreshes what is asked for. Nothing starts before `start`.
 *
 * @throws TypeError or RangeError for options that make no sense.
 */
export function createRefreshWorker(given: RefreshWorkerOptions): RefreshWorker {
  const options = checkWorkerOptions(given);
  const { store, queue, log, onStored, clock, random, onError, concurrency } = options;
  const definitions = createDefinitionTable(options.definitions);
  const counters = createWorkerCounters();
  const ending = new AbortController();
  // Every load and wait listens to it.
  setMaxListeners(0, ending.signal);
  const origins = createOrigins(options.region);
  const onLost = (): void => void counters.publishesFailed++;
  const announcer = createAnnouncer({ log, onStored, origins, clock, random, onError, onLost });
  const slots = new Map(definitions.all.map((definition) => [definition.name, createLoadSlots(definition)]));
  const leaderships = createLeaderships(options);
  const passOn = createPassOn(options, counters);
  const slotsOf = (source: string): ReturnType<typeof createLoadSlots> => slots.get(source)!;
  const listener = createLogListener(options, { definitions, origins, counters, closing: ending.signal });
  const run = createTaskRunner({ options, definitions, counters, announcer, leaderships, passOn, listener, slotsOf });
  let consumer: TaskConsumer | undefined;
  let closing: Promise<void> | undefined;

  async function handle(task: RefreshTask, context: TaskContext): Promise<TaskOutcome> {
    const from = hearsTasks() ? clock.monotonic() : undefined;
    let outcome = 'aborted';
    try {
      const ended = await run(task, context);
      outcome = ended;
      counters[ended]++;
      return ended;
    } catch (error) {
      outcome = outcomeOf(error);
      counters.failed++;
      throw error;
    } finally {
      if (from !== undefined) {
        const source = definitions.peek(task.key)?.definition.name ?? '';
        publishTask({ source, reason: task.reason, outcome, durationMs: clock.monotonic() - from });
      }
    }
  }

  async function close(drainMs: number): Promise<void> {
    await consumer?.close({ drainMs }).catch(onError);
    ending.abort(new RefreshError('ERR_REFRESH_CLOSED', 'the worker was closed'));
    await Promise.all([leaderships.close(), listener.close(), passOn.close()]).catch(onError);
  }

  const worker: RefreshWorker = {
    ...createEntryChanges({ store, queue, definitions, announcer, clock }),
    start() {
      if (closing !== undefined) throw new RefreshError('ERR_REFRESH_CLOSED', 'the worker was closed');
      if (consumer !== undefined) return;
      consumer = queue.consume(handle, { concurrency });
      leaderships.start();
      listener.start();
    },
    leads(source) {
      const { definition } = definitions.find(source);
      return !definition.single || leaderships.of(source) !== undefined;
    },
    stats: () => ({ ...counters }),
    close({ drainMs = 5000 } = {}) {
      closing ??= close(drainMs);
      return closing;
    },
    [Symbol.asyncDispose]: () => worker.close(),
  };
  return worker;
}
