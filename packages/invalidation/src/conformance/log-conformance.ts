import { followingCases } from './following-cases.ts';
import { lifetimeCases } from './lifetime-cases.ts';
import type { LogConformanceCase } from './log-case.ts';
import { publishingCases } from './publishing-cases.ts';
import { resetCases } from './reset-cases.ts';
import { waitingCases } from './waiting-cases.ts';

export type { LogConformanceCase } from './log-case.ts';
export { conformanceLeaseMs } from './waiting-cases.ts';

/**
 * What an InvalidationLog does, for any test runner: run each case with an empty log of its own that grants leases of
 * `conformanceLeaseMs`, and close it afterwards. What a log does when its server fails is not among it: no suite can
 * break a server that it does not know.
 */
export const logConformance: readonly LogConformanceCase[] = [
  ...publishingCases,
  ...followingCases,
  ...resetCases,
  ...waitingCases,
  ...lifetimeCases,
];
