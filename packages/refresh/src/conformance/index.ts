// Suites for what stands behind the interfaces of this package
export {
  queueConformance,
  type QueueConformanceCase,
  type QueueTestSettings,
  type QueueUnderTest,
} from './queue-conformance.ts';
export { storeConformance, type StoreConformanceCase, type StoreUnderTest } from './store-conformance.ts';
