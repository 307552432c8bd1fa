import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** A server that speaks the memcached protocol with Kestrel's queues. */
export interface QueueNode {
  /** A host name or address; an absolute path is a unix socket. */
  readonly host: string;
  /** @default 22133, Kestrel's own */
  readonly port?: number;
  /** What clients see. @default `host:port` */
  readonly name?: string;
}

/** How queues are drained. All times in milliseconds. */
export interface QueueOptions {
  readonly nodes: readonly QueueNode[];
  /**
   * `reliable`: an item is opened, and confirmed once the client has it. `plain`: for servers without `/open`;
   * an item is gone from the queue once it is read, also when the client never got it. `polled`: like `plain`, for
   * servers that know no options in the key, such as MemcacheQ: they are asked by `get q`, again at once after an
   * item and after `pollMs` when there was none. A cache in place of such a server cannot be told from one.
   *
   * @default 'reliable'
   */
  readonly mode?: 'reliable' | 'plain' | 'polled';
  /** How many items of a node may be on their way to one client, each over a connection of its own. @default 1 */
  readonly maxInFlightPerNode?: number;
  /**
   * How long a server waits for an item before it says that there is none; with `polled` how long the proxy waits
   * before it asks again, 10 to 60000.
   *
   * @default 500
   */
  readonly pollMs?: number;
  /** How much longer than the server was asked to wait an answer may take. @default 1000 */
  readonly replyTimeoutMs?: number;
  /** @default 1000 */
  readonly connectTimeoutMs?: number;
  /** A larger item stays in its queue, and nothing behind it comes. @default 1048576 */
  readonly maxItemBytes?: number;
  /** The queues that may be drained. @default every name of letters, digits, `-`, `_` and `+` */
  readonly allow?: readonly string[] | RegExp;
  /** After how long a silence a heartbeat is sent. 0: never. @default 15000 */
  readonly heartbeatMs?: number;
  /** Ends a stream that has had no item for this long. 0: never. @default 0 */
  readonly idleMs?: number;
  /** A client that takes nothing for this long is dropped. @default 60000 */
  readonly stallMs?: number;
  /** How long a stream may take to end when the server closes. @default 5000 */
  readonly drainMs?: number;
}

/** The options with their defaults, checked. */
export interface QueueRules extends Required<Omit<QueueOptions, 'allow'>> {
  readonly allow: QueueOptions['allow'] | undefined;
}

/** Alphanumerics, dash and underline; a plus sign names a fan-out queue (Kestrel's guide). */
const QUEUE_NAME = /^[A-Za-z0-9_+-]{1,200}$/;

const MODES: ReadonlySet<unknown> = new Set<QueueRules['mode']>(['reliable', 'plain', 'polled']);

/** Milliseconds between two questions where each is answered at once: a crowd of clients must not be a flood. */
const MIN_POLLED_MS = 10;
const MAX_POLLED_MS = 60_000;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws RangeError or TypeError that names the option.
 */
export function resolveQueueRules(options: QueueOptions): QueueRules {
  const rules: QueueRules = {
    nodes: options.nodes,
    mode: options.mode ?? 'reliable',
    maxInFlightPerNode: options.maxInFlightPerNode ?? 1,
    pollMs: options.pollMs ?? 500,
    replyTimeoutMs: options.replyTimeoutMs ?? 1000,
    connectTimeoutMs: options.connectTimeoutMs ?? 1000,
    maxItemBytes: options.maxItemBytes ?? 1_048_576,
    allow: options.allow,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    idleMs: options.idleMs ?? 0,
    stallMs: options.stallMs ?? 60_000,
    drainMs: options.drainMs ?? 5000,
  };
  if (rules.nodes.length === 0) throw new RangeError('queues.nodes must name at least one queue server');
  if (!MODES.has(rules.mode))
    throw new TypeError(`queues.mode must be 'reliable', 'plain' or 'polled', got ${rules.mode}`);
  if (rules.allow instanceof RegExp && (rules.allow.global || rules.allow.sticky))
    throw new TypeError('queues.allow must not have the flags g and y: it would remember its last match');
  for (const name of ['maxInFlightPerNode', 'pollMs', 'maxItemBytes'] as const) {
    if (!Number.isSafeInteger(rules[name]) || rules[name] < 1)
      throw new RangeError(`queues.${name} must be a positive integer, got ${rules[name]}`);
  }
  if (rules.mode === 'polled' && (rules.pollMs < MIN_POLLED_MS || rules.pollMs > MAX_POLLED_MS)) {
    const range = `${MIN_POLLED_MS} to ${MAX_POLLED_MS}`;
    throw new RangeError(`queues.pollMs must be ${range} with the mode 'polled', got ${rules.pollMs}`);
  }
  for (const name of ['replyTimeoutMs', 'connectTimeoutMs', 'stallMs', 'drainMs'] as const) {
    if (!(rules[name] > 0)) throw new RangeError(`queues.${name} must be positive, got ${rules[name]}`);
  }
  for (const name of ['heartbeatMs', 'idleMs'] as const) {
    if (!(rules[name] >= 0)) throw new RangeError(`queues.${name} must be 0 or more, got ${rules[name]}`);
  }
  return rules;
}

/** What clients see of a node. */
export function nameOfQueueNode({ host, port = 22133, name }: QueueNode): string {
  return name ?? (host.startsWith('/') ? host : `${host}:${port}`);
}

/**
 * Refuses a queue that may not be drained.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_QUEUE or QUEUE_FORBIDDEN.
 */
export function checkQueue(queue: string, { allow }: Pick<QueueRules, 'allow'>): void {
  if (!QUEUE_NAME.test(queue)) {
    const message = 'a queue has a name of 1 to 200 letters, digits, "-", "_" and "+"';
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_QUEUE', message);
  }
  const isAllowed = allow === undefined || (allow instanceof RegExp ? allow.test(queue) : allow.includes(queue));
  if (isAllowed) return;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_FORBIDDEN', `the queue ${queue} is not open to clients`);
}
