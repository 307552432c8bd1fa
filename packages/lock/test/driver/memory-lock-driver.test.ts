import { createMemoryLockDriver, createMemoryLockSpace } from '../../src/driver/memory/memory-lock-driver.ts';
import { listenTo } from './conformance/process.ts';
import { describeLockDriver } from './lock-driver-conformance.ts';

const space = createMemoryLockSpace();
let keys = 0;
const key = (): string => `k${++keys}`;

describeLockDriver('memory', {
  process: (family) => listenTo(createMemoryLockDriver({ space }), family),
  key,
  keysOfOneGroup: (count) => Array.from({ length: count }, key),
});
