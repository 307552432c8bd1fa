import { dedupCases } from './queue-key-cases.ts';
import { flowCases } from './queue-flow-cases.ts';
import { retryCases } from './queue-retry-cases.ts';
import type { QueueConformanceCase } from './queue-case.ts';

export type { QueueConformanceCase, QueueTestSettings, QueueUnderTest } from './queue-case.ts';

/**
 * What a RefreshQueue does, for any test runner: run each case over a place of its own. What it does when its server
 * fails is not among it.
 */
export const queueConformance: readonly QueueConformanceCase[] = [...dedupCases, ...flowCases, ...retryCases];
