import type { Logger } from 'pino';

import type { Environment } from '../process/environment.ts';
import { createFileSource } from './file-source.ts';
import { createHttpSource } from './http-source.ts';
import { createRedisSource } from './redis-source.ts';

/** Where a topology comes from. */
export interface TopologySource extends AsyncDisposable {
  /** How messages call it; never with a secret. */
  readonly name: string;
  /** Milliseconds between two looks at it. */
  readonly pollMs: number;
  /** Milliseconds in which its text must not change before it is believed: files are written in pieces. */
  readonly settleMs: number;
  /**
   * The text, or undefined when it is the one that the last `read` gave.
   *
   * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` when it cannot be read; the signal's reason when it aborts.
   */
  read(options?: { readonly signal?: AbortSignal | undefined }): Promise<string | undefined>;
  /** Calls `changed` when it may be worth a look before the next poll; returns what ends that. */
  notify?(changed: () => void): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What a source is opened with. */
export interface TopologySourceOptions {
  readonly environment: Pick<Environment, 'redisPassword'>;
  readonly logger: Logger;
  /** Name of the app, for connections. */
  readonly name: string;
  /** Region whose password of Redis is used. */
  readonly region: string;
}

/**
 * Opens what `--config` names: a file, a key of Redis (`redis://host:port/db?key=KEY`) or an HTTP
 * URL. You own it: close it.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` when it looks like a URL and is none.
 */
export function openTopologySource(config: string, options: TopologySourceOptions): TopologySource {
  if (/^rediss?:/.test(config)) return createRedisSource(config, options);
  if (/^https?:/.test(config)) return createHttpSource(config);
  return createFileSource(config);
}
