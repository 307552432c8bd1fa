import { blankComments } from '../config/blank-comments.ts';
import { parseJson } from '../config/parse-json.ts';
import { isRecord } from '../config/is-record.ts';
import { type McrouterRing, readMcrouterHash } from './mcrouter-hash.ts';
import { readMcrouterServer } from './mcrouter-server.ts';

type Json = Readonly<Record<string, unknown>>;

/** A pool with servers, and how keys are hashed to it. */
interface Route {
  readonly pool: unknown;
  readonly hash: Json;
}

/**
 * The ring of a route of mcrouter: `const { nodes, options } = mcrouter(readFileSync('mcrouter.json', 'utf8'))`. Keys
 * are hashed as mcrouter's clients send them, see the option `keyPart`.
 *
 * The route is a PoolRoute or a HashRoute over one pool, in its short form `PoolRoute|name` or as an object, with the
 * hashes Ch3 (the default), WeightedCh3 (the default of a pool with `weights`), WeightedCh4, Crc32, ConstShard,
 * Rendezvous and WeightedRendezvous. A weight that is not given is 0.5, as in mcrouter.
 *
 * @param config mcrouter's configuration: its text, with comments, or the object.
 * @param prefix which of `routes` is meant, by one of its aliases such as `/region/cluster/`; needed where there are several.
 * @throws SyntaxError for text that cannot be read. @throws TypeError for a configuration of another form.
 * @throws RangeError for a pool or an alias that is not there, a server that mcrouter does not take, and a route or
 * hash that does not send a key to one server of one pool.
 */
export function mcrouter(config: string | Json, prefix?: string): McrouterRing {
  const root = typeof config === 'string' ? parseJson(blankComments(config)) : config;
  if (!isRecord(root))
    throw new TypeError(`mcrouter must be given its configuration, an object, got ${JSON.stringify(root)}`);
  const { pool: reference, hash } = readRoute(chooseRoute(root, prefix));
  const { name, pool } = readPool(root, reference);
  const { servers } = pool;
  if (!Array.isArray(servers) || servers.length === 0)
    throw new TypeError(`pool ${name} needs a list of servers, got ${JSON.stringify(servers)}`);
  const nodes = servers.map((server: unknown) => readMcrouterServer(`pool ${name}`, server));
  // What the route says of the hash goes before what the pool says.
  const { weights, tags } = pool;
  const merged = {
    ...(weights !== undefined && { hash_func: 'WeightedCh3', weights }),
    ...(tags !== undefined && { tags }),
    ...hash,
  };
  return readMcrouterHash(`pool ${name}`, nodes, merged);
}

function chooseRoute({ route, routes }: Json, prefix: string | undefined): unknown {
  if (routes === undefined) {
    if (route !== undefined) return route;
    throw new TypeError('an mcrouter configuration needs a route');
  }
  if (!Array.isArray(routes) || !routes.every(isRecord)) throw new TypeError('routes must be a list of objects');
  const aliases = routes.flatMap(({ aliases: each }) => (Array.isArray(each) ? (each as unknown[]) : []));
  const chosen =
    prefix === undefined && routes.length === 1
      ? routes[0]
      : routes.find(({ aliases: each }) => Array.isArray(each) && prefix !== undefined && each.includes(prefix));
  if (chosen !== undefined) return chosen['route'];
  const got = prefix === undefined ? 'say which one' : `got ${JSON.stringify(prefix)}`;
  throw new RangeError(`the prefix must be one of ${aliases.join(', ')}: ${got}`);
}

function readRoute(route: unknown): Route {
  if (typeof route === 'string') {
    const [type = '', ...rest] = route.split('|');
    if (type === 'PoolRoute') return { pool: rest.join('|'), hash: {} };
    if (type === 'HashRoute') return { pool: poolOfChildren(rest.join('|')), hash: {} };
    throw unplaceable(type);
  }
  if (!isRecord(route)) throw new TypeError(`a route must be a string or an object, got ${JSON.stringify(route)}`);
  const { type, pool, hash = {}, children, shard_splits: splits } = route;
  if (type === 'HashRoute') return { pool: poolOfChildren(children), hash: route };
  if (type !== 'PoolRoute') throw unplaceable(type);
  if (splits !== undefined) throw new RangeError('shard_splits send one key to several servers: no ring can place it');
  if (typeof hash === 'string') return { pool, hash: { hash_func: hash } };
  if (!isRecord(hash))
    throw new TypeError(`the hash of a route must be a string or an object, got ${JSON.stringify(hash)}`);
  return { pool, hash };
}

function poolOfChildren(children: unknown): string {
  const only: unknown = Array.isArray(children) && children.length === 1 ? children[0] : children;
  if (typeof only === 'string' && only.startsWith('Pool|')) return only.slice('Pool|'.length);
  throw new RangeError(`the children of a HashRoute must be one pool, "Pool|name", got ${JSON.stringify(children)}`);
}

function unplaceable(type: unknown): RangeError {
  return new RangeError(
    `a route of type ${JSON.stringify(type)} does not send a key to one server of one pool: give one of type PoolRoute or HashRoute`,
  );
}

function readPool({ pools = {} }: Json, reference: unknown): { readonly name: string; readonly pool: Json } {
  if (isRecord(reference)) return { name: JSON.stringify(reference['name'] ?? ''), pool: reference };
  if (!isRecord(pools)) throw new TypeError(`pools must be an object, got ${JSON.stringify(pools)}`);
  const name = JSON.stringify(reference);
  const pool = typeof reference === 'string' && Object.hasOwn(pools, reference) ? pools[reference] : undefined;
  if (pool === undefined) throw new RangeError(`the pool must be one of ${Object.keys(pools).join(', ')}, got ${name}`);
  if (!isRecord(pool)) throw new TypeError(`pool ${name} must be an object, got ${JSON.stringify(pool)}`);
  return { name, pool };
}
