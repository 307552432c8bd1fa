import { createLogger } from '@lockstep/service-kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { logLinks } from '../src/log-links.ts';

const status = {
  to: 'west',
  connected: true,
  lagMs: 0,
  queuedOperations: 0,
  queuedBytes: 0,
  standbyShards: 0,
  shippedOperations: 0,
  gaps: 0,
  failures: 0,
  tailLosses: 0,
  heldBytes: 0,
  dirtyKeys: 0,
  dirtyClasses: 0,
  tier: 'log' as const,
  shards: [],
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says once that a link fails and once that it is well again', () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'silent' });
  logger.warn = (_facts: unknown, text?: string) => void lines.push(`warn ${text}`);
  logger.info = (_facts: unknown, text?: string) => void lines.push(`info ${text}`);
  let now: object = {};
  const logging = logLinks({ status: () => [{ ...status, ...now }] }, logger);
  const look = (state: object): void => {
    now = state;
    vi.advanceTimersByTime(500);
  };

  look({ connected: false });
  look({});
  look({ connected: false });
  look({ connected: false, lastError: new Error('connect ECONNREFUSED') });
  look({ connected: false, lastError: new Error('connect ECONNREFUSED') });
  look({});
  look({});
  logging.stop();
  look({ connected: false, lastError: new Error('too late') });

  expect(lines).toEqual([
    'info the link to west is up',
    'warn the link to west fails: connect ECONNREFUSED',
    'info the link to west is well again',
  ]);
});
