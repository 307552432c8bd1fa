// Topology
export type { ClassPolicy, KeyClass, Link, ListenAddress, PoolNode, Region, Topology } from './topology/topology.ts';
export { loadTopology, parseTopology } from './topology/parse-topology.ts';
export { policyOf } from './topology/policy-of.ts';
export { linksFrom, regionOf } from './topology/region-of.ts';

// Process
export { type App, type AppContext, runApp, type RunningApp } from './process/run-app.ts';
export { type AppArguments, parseAppArguments } from './process/app-arguments.ts';
export { type Environment, type LogLevel, readEnvironment } from './process/environment.ts';
export { createLogger, type LoggerOptions } from './process/logger.ts';
export type { Logger } from 'pino';

// Probes and metrics
export { type AdminServer, type AdminServerOptions, createAdminServer } from './http/admin-server.ts';
export {
  createReadiness,
  type Readiness,
  type ReadinessCheck,
  type ReadinessOptions,
  type ReadinessReport,
} from './http/readiness.ts';
export { addScrapedMetric, type MetricRow, type ScrapedMetric } from './http/scraped-metric.ts';
export { Counter, type Registry } from 'prom-client';

// Redis
export { connectRedis, type ConnectRedisOptions } from './redis/connect-redis.ts';
export { type CheckedRedis, redisCheck } from './redis/redis-check.ts';

// Pools
export { type CheckedPool, poolCheck } from './pool/pool-check.ts';

// Errors
export { ServiceError, type ServiceErrorCode } from './service-error.ts';
