import { LOOPBACK } from './free-port.ts';

/** Directive → value, as in redis.conf. */
export type RedisDirectives = ReadonlyMap<string, string>;

/** What the directives are made of. */
export interface RedisConfigOptions {
  readonly port: number;
  readonly dir: string;
  readonly socketPath: string | undefined;
  /** Whether what the server acknowledged survives a kill. */
  readonly appendonly?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * The directives that a test server starts with. Those of `config` win.
 *
 * @throws TypeError when a directive or its value would not stay on one line.
 */
export function redisDirectives(options: RedisConfigOptions): RedisDirectives {
  const { port, dir, socketPath, appendonly = false, config = {} } = options;
  const directives = new Map([
    ['bind', LOOPBACK],
    ['port', String(port)],
    ['dir', quote(dir)],
    ['daemonize', 'no'],
    ['save', '""'],
    ['appendonly', appendonly ? 'yes' : 'no'],
    // With `everysec` a server on a slow disk may answer before it has written: what it acknowledged would not survive a kill.
    ['appendfsync', 'always'],
  ]);
  if (socketPath !== undefined) directives.set('unixsocket', quote(socketPath));
  for (const [name, value] of Object.entries(config)) {
    if (!/^[\w-]+$/.test(name)) throw new TypeError(`config: ${JSON.stringify(name)} is not the name of a directive`);
    if (/[\r\n]/.test(value)) throw new TypeError(`config: the value of ${name} must be one line`);
    directives.set(name.toLowerCase(), value === '' ? '""' : value);
  }
  return directives;
}

/** The text of redis.conf. */
export function redisConfigFile(directives: RedisDirectives): string {
  return [...directives].map(([name, value]) => `${name} ${value}\n`).join('');
}

function quote(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
}
