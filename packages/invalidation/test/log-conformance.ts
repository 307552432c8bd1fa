import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { InvalidationLog } from '../src/index.ts';
import { type CurrentLog } from './conformance/current-log.ts';
import { describeFollowing } from './conformance/following.ts';
import { describeLifetime } from './conformance/lifetime.ts';
import { describePublishing } from './conformance/publishing.ts';
import { describeResets } from './conformance/resets.ts';
import { describeWaiting } from './conformance/waiting.ts';

/** What the conformance suite asks of an implementation. */
export interface LogUnderTest {
  /** An empty log of its own each time. */
  readonly createLog: () => InvalidationLog | Promise<InvalidationLog>;
}

/** What every implementation of an invalidation log must do. */
export function describeInvalidationLog(name: string, { createLog }: LogUnderTest): void {
  describe(`${name} as an invalidation log`, () => {
    let log: InvalidationLog | undefined;
    const current: CurrentLog = {
      get log() {
        return log!;
      },
    };
    beforeEach(async () => {
      log = await createLog();
    });
    afterEach(() => log?.close());
    it('says what it is', () => {
      expect(current.log.namespace).not.toBe('');
      expect(current.log.shardOf('a')).toBeLessThan(current.log.shards);
    });
    describePublishing(current);
    describeFollowing(current);
    describeResets(current);
    describeWaiting(current);
    describeLifetime(current);
  });
}
