import { type Environment, type RefreshSource, ServiceError } from '@lockstep/service-kit';

import type { Loader } from './loader.ts';
import { createModuleLoader } from './module-loader.ts';

/** What a loader is made with besides its source. */
export interface LoaderContext {
  /** Name of the source, for messages. */
  readonly name: string;
  /** Where the topology came from. */
  readonly topology: string;
  readonly environment: Pick<Environment, 'secret'>;
}

const defaultTimeoutMs = 10_000;
const defaultConcurrency = 4;
const defaultMaxBytes = 16_777_216;

/**
 * Makes the loader that a source of the topology names.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ENVIRONMENT` naming every secret that is not set; RefresherError
 * `ERR_REFRESHER_MODULE`.
 */
export async function createLoader(source: RefreshSource, context: LoaderContext): Promise<Loader> {
  const { load, shape = 'value', loadTimeoutMs: timeoutMs = defaultTimeoutMs } = source;
  const { maxBytes = defaultMaxBytes } = source;
  if ('module' in load) return createModuleLoader(load.module, context.topology);
  const secrets = new Secrets(context);
  if ('sql' in load) {
    const password = load.sql.password === undefined ? undefined : secrets.get(load.sql.password);
    secrets.check();
    // Drivers take long to load, and only some refreshers need them.
    const { createSqlLoader } = await import('./sql/sql-loader.ts');
    return createSqlLoader({ ...load.sql, password, timeoutMs, maxBytes });
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(load.http.headers ?? {})) {
    headers[name.toLowerCase()] = typeof value === 'string' ? value : secrets.get(value.secret);
  }
  secrets.check();
  const { concurrency: connections = defaultConcurrency } = source;
  const { createHttpLoader } = await import('./http/http-loader.ts');
  return createHttpLoader({ ...load.http, headers, isList: shape !== 'value', connections, timeoutMs, maxBytes });
}

class Secrets {
  readonly #context: LoaderContext;
  readonly #missing: string[] = [];

  constructor(context: LoaderContext) {
    this.#context = context;
  }

  get(name: string): string {
    const value = this.#context.environment.secret(name);
    if (value === undefined) this.#missing.push(name);
    return value ?? '';
  }

  check(): void {
    if (this.#missing.length === 0) return;
    const lines = this.#missing.map(
      (name) => `LOCKSTEP_SECRET_${name} is not set; the source ${this.#context.name} of the topology names it`,
    );
    throw new ServiceError('ERR_SERVICE_KIT_ENVIRONMENT', lines);
  }
}
