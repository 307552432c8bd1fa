import type { ListenAddress } from './proxy-topology.ts';

/** A header of a loader's requests: a text, or the name of a secret of the environment. */
export type RefreshHeader = string | { readonly secret: string };

/** A source that is a JSON document behind a URL. */
export interface RefreshHttpLoader {
  /**
   * `http://` or `https://`; in its path or query `{id}` is the id of the entry, and `{name}` a parameter of the
   * templates that serve the source, percent-encoded.
   */
  readonly url: string;
  /** JSON Pointer to the list, or to the value, within the answer. @default the whole answer */
  readonly items?: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, RefreshHeader>>;
  /** Redirects are an error, or followed (three at most) where they stay at the same origin. @default 'refuse' */
  readonly redirects?: 'refuse' | 'same-origin';
  /** What 404 and 410 mean: a failure, or that there is nothing (an empty list, `null`). @default 'error' */
  readonly notFound?: 'error' | 'empty';
}

/** A source that is one query of a database. */
export interface RefreshSqlLoader {
  /** `mysql://`, `mariadb://`, `postgres://` or `postgresql://` with a user and never with a password. */
  readonly url: string;
  /** Name of the secret of the environment that is the password. @default none */
  readonly password?: string;
  /** One query; in it `{id}` is the id of the entry, and `{name}` a parameter of the templates, bound by the server. */
  readonly query: string;
  /** Whether the connection is encrypted, and the certificate checked. @default false */
  readonly tls?: boolean;
  /** Connections at once, of one process. @default 2 */
  readonly maxConnections?: number;
  /** The most rows of an answer. @default 100000 */
  readonly maxRows?: number;
}

/** From where a source is loaded: one of the three. */
export type RefreshLoader =
  | { readonly http: RefreshHttpLoader }
  | { readonly sql: RefreshSqlLoader }
  /** Path of a module that exports `load`; relative to the topology file. */
  | { readonly module: string };

/** When a source is refreshed though nobody asks. */
export interface RefreshSchedule {
  /** Milliseconds from one refresh to the next. */
  readonly everyMs?: number;
  /** A cron expression, in place of `everyMs`. */
  readonly cron?: string;
  /** Of the cron expression. @default UTC */
  readonly timeZone?: string;
  /** Up to so many milliseconds later, at random. @default 0 */
  readonly jitterMs?: number;
}

/** One source of time-limited data. */
export interface RefreshSource {
  readonly load: RefreshLoader;
  /** @default 'value' */
  readonly shape?: 'value' | 'hash' | 'list' | 'zset';
  /** Field of an element that tells it from the others; of a `hash`. */
  readonly primaryKey?: string;
  /** Field of an element that it is sorted by; of a `zset`. */
  readonly score?: string;
  /** Milliseconds for which an entry is fresh. */
  readonly ttlMs: number;
  /** A read that finds less than this left asks for a refresh. @default a fifth of `ttlMs` */
  readonly refreshBelowMs?: number;
  /** Milliseconds for which an entry is served as stale after that. @default ten times `ttlMs` */
  readonly staleForMs?: number;
  /** Milliseconds that a worker waits for tasks that have become superfluous. @default 200 */
  readonly settleMs?: number;
  /** Milliseconds that one load may take. @default 10000 */
  readonly loadTimeoutMs?: number;
  /** The most bytes of an answer, and of what is stored of it. @default 16777216 */
  readonly maxBytes?: number;
  /** Whether only the elected process of all refreshes it. @default false */
  readonly single?: boolean;
  /** What becomes of an answer without elements. @default 'store' */
  readonly whenEmpty?: 'store' | 'keep';
  /** Entries of it that one process loads at once. @default 4 */
  readonly concurrency?: number;
  /** What its refreshes do in the other regions: `invalidate` has them load anew. @default that of the class of the key */
  readonly policy?: 'invalidate' | 'none';
  /** Pool that its values live in, in place of Redis; of a `value`. */
  readonly pool?: string;
  /** The ids that are scheduled and warmed up. @default the source's name alone */
  readonly ids?: readonly string[];
  /** @default none */
  readonly schedule?: RefreshSchedule;
  /** Whether its entries are loaded when the refresher starts. @default false */
  readonly warmUp?: boolean;
  /** With false nothing of it is loaded; what is stored is served. @default true */
  readonly enabled?: boolean;
}

/** What becomes of a load that fails; the last failure makes its task a dead one. */
export interface RefreshRetry {
  /** How often it is tried. @default 4 */
  readonly attempts?: number;
  /** Milliseconds after the first failure; they double. @default 1000 */
  readonly minMs?: number;
  /** Milliseconds after many. @default 60000 */
  readonly maxMs?: number;
}

/** What is refreshed in a region. */
export interface RefreshRegion {
  /** Where the refresher listens: of each process the first that is free where it runs. */
  readonly http: readonly ListenAddress[];
  /** Tasks that one process works on at once. @default 8 */
  readonly concurrency?: number;
  /** A refresher that dies or stands still is replaced in what it was doing within about twice this, in ms. @default 10000 */
  readonly leaseMs?: number;
  /** What becomes of a load that fails. */
  readonly retry?: RefreshRetry;
  /** Milliseconds that a proxy waits for an entry that is missing while a refresher loads it. @default 5000 */
  readonly waitMs?: number;
  /** By name: what stands before the colon in keys. */
  readonly sources: ReadonlyMap<string, RefreshSource>;
}
