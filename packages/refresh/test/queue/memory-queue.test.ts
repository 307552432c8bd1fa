import { describe, expect, it } from 'vitest';

import { queueConformance } from '../../src/conformance/queue-conformance.ts';
import { createMemoryQueue } from '../../src/queue/memory/memory-queue.ts';
import type { RefreshQueue } from '../../src/queue/refresh-queue.ts';

describe('the queue in memory', () => {
  it.each(queueConformance)('$name', async ({ run }) => {
    let queue: RefreshQueue | undefined;
    await run({ open: (settings) => (queue ??= createMemoryQueue(settings)) });
    expect(queue).toBeDefined();
  });
});
