import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import type { Capabilities } from '../driver/capabilities.ts';
import type { Item, MemcacheDriver } from '../driver/driver.ts';
import { MemcacheError, type MemcacheErrorCode } from '../driver/memcache-error.ts';

/** One thing that a driver does. */
export interface ConformanceCase {
  /** A sentence; the subject is the driver. */
  readonly name: string;
  /** Leave the case out when the driver lacks one of these. Ask once it has talked to its server. */
  readonly needs: readonly (keyof Capabilities)[];
  /** Rejects with an AssertionError when the driver does otherwise. Uses keys of its own. */
  readonly run: (driver: MemcacheDriver) => Promise<void>;
}

/** Makes keys that nobody else uses. */
export type KeyMaker = (name: string) => string;

/** A case that needs nothing but the calls that every driver has. */
export function always(name: string, test: (driver: MemcacheDriver, key: KeyMaker) => Promise<void>): ConformanceCase {
  return needing([], name, test);
}

/** A case for drivers with these capabilities. */
export function needing(
  needs: readonly (keyof Capabilities)[],
  name: string,
  test: (driver: MemcacheDriver, key: KeyMaker) => Promise<void>,
): ConformanceCase {
  return {
    name,
    needs,
    run: (driver) => {
      const prefix = `conformance-${randomBytes(6).toString('hex')}-`;
      return test(driver, (key) => prefix + key);
    },
  };
}

/** The value as text, undefined for a miss. */
export function textOf(item: Item | undefined): string | undefined {
  return item?.value.toString();
}

/** Asserts that the call rejects with that code. */
export async function rejectsWithCode(call: Promise<unknown>, code: MemcacheErrorCode): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof MemcacheError, `expected a MemcacheError, got ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}
