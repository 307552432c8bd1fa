// Topology
export type { ClassPolicy, KeyClass, Link, Region, Topology } from './topology/topology.ts';
export { mainPoolName, type PoolNode, poolsOf, type PoolsOfRegion, type RegionPool } from './topology/pool-topology.ts';
export {
  type ListenAddress,
  type MemcachedListener,
  memcachedListeners,
  type ProxyRegion,
  type TlsFiles,
} from './topology/proxy-topology.ts';
export type { ProxyLimits, RateLimits, RouteLimit } from './topology/sections/limits-section.ts';
export type { ProxyBatch } from './topology/sections/batch-section.ts';
export type { ProxyShed } from './topology/sections/shed-section.ts';
export type { CompressionBits, ProxyCompression, ProxyValues } from './topology/sections/values-section.ts';
export type { ProxyToken } from './topology/sections/tokens-section.ts';
export type { TemplateRoute, TemplateParameter } from './topology/sections/templates-section.ts';
export type { ProxyQueues, QueueNode } from './topology/sections/queues-section.ts';
export type { JournalRegion } from './topology/sections/journal-section.ts';
export type { VersionsRegion } from './topology/sections/versions-section.ts';
export type { ReceiverRegion } from './topology/sections/receiver-section.ts';
export type { ShipperRegion } from './topology/sections/shipper-section.ts';
export type {
  AmqpSource,
  ConsumerLanes,
  ConsumerPoison,
  ConsumerQueue,
  ConsumerRegion,
  ConsumerRetry,
  ConsumerSink,
  StreamSource,
} from './topology/consumer-topology.ts';
export type {
  RefreshHttpLoader,
  RefreshLoader,
  RefreshRegion,
  RefreshRetry,
  RefreshSchedule,
  RefreshSource,
  RefreshSqlLoader,
} from './topology/refresh-topology.ts';
export { parseTopology } from './topology/parse-topology.ts';
export { loadTopology } from './source/load-topology.ts';
export { openTopologySource, type TopologySource, type TopologySourceOptions } from './source/topology-source.ts';
export { type TopologyWatch, watchTopology, type WatchTopologyOptions } from './source/watch-topology.ts';
export { classOf } from './topology/class-of.ts';
export { isVersioned } from './topology/is-versioned.ts';
export { policyOf } from './topology/policy-of.ts';
export { linksFrom, regionOf } from './topology/region-of.ts';

// Process
export type { App, AppContext, RunningApp } from './process/app.ts';
export { runApp } from './process/run-app.ts';
export type { Fleet } from './cluster/fleet.ts';
export type { FleetPart } from './cluster/messages.ts';
export { type AppArguments, parseAppArguments } from './process/app-arguments.ts';
export { type Environment, type LogLevel, readEnvironment } from './process/environment.ts';
export { readTlsFiles, type TlsContents } from './process/read-tls-files.ts';
export { createLogger, type LoggerOptions } from './process/logger.ts';
export type { Logger } from 'pino';

// Commands for operators
export type { CommandIo } from './command/command-io.ts';
export { commandMistake, parseCommandLine, type RegionArguments, requireRegion } from './command/command-line.ts';
export { runCommand } from './command/run-command.ts';
export { type CommandRegion, readCommandRegion } from './command/read-command-region.ts';

// Probes and metrics
export { type AdminServer, type AdminServerOptions, createAdminServer } from './http/admin-server.ts';
export type { SendError } from './http/error-answers.ts';
export { listenOnFree } from './http/listen-on-free.ts';
export {
  createReadiness,
  type Readiness,
  type ReadinessCheck,
  type ReadinessOptions,
  type ReadinessReport,
} from './http/readiness.ts';
export { addScrapedHistogram, type HistogramRow, type ScrapedHistogram } from './http/scraped-histogram.ts';
export { addScrapedMetric, type MetricRow, type ScrapedMetric } from './http/scraped-metric.ts';
export { Counter, type Registry } from 'prom-client';

// Redis
export { connectRedis, type ConnectRedisOptions } from './redis/connect-redis.ts';
export { type CheckedRedis, redisCheck } from './redis/redis-check.ts';

// Pools
export { type CheckedPool, poolCheck } from './pool/pool-check.ts';
export { PoolSet, type PoolSetOptions } from './pool/pool-set.ts';
export { logPoolEvent } from './pool/log-pool-events.ts';

// Errors
export { ServiceError, type ServiceErrorCode } from './service-error.ts';
