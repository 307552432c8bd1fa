import type { StoreConformanceCase } from './store-case.ts';
import { storeContentCases } from './store-content-cases.ts';
import { storeLeaderCases } from './store-leader-cases.ts';
import { storeLoadCases } from './store-load-cases.ts';
import { storePatchCases } from './store-patch-cases.ts';

export type { StoreConformanceCase, StoreUnderTest } from './store-case.ts';

/**
 * What an EntryStore does, for any test runner: run each case whose `needs` are among its shapes, each in an empty
 * place of its own. What it does when its server fails is not among it.
 */
export const storeConformance: readonly StoreConformanceCase[] = [
  ...storeContentCases,
  ...storeLoadCases,
  ...storeLeaderCases,
  ...storePatchCases,
];
