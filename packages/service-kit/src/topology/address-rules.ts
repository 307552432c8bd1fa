import { parseRedisUrl } from '../redis/redis-url.ts';
import { isWildcardHost, parseHostPort } from './address.ts';
import { describePath, entriesOf, itemsOf, valueAt } from './document.ts';
import { createUniqueness, type LocatePath } from './uniqueness.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

const listenExample = '127.0.0.1:8080';
const listeners: readonly (readonly [string, string])[] = [
  ['proxy', 'http'],
  ['proxy', 'memcached'],
  ['shipper', 'http'],
  ['receiver', 'http'],
];

/** Looks at every address of a document, whatever else is wrong with it. */
export function findAddressProblems(document: unknown, locate: LocatePath): Finding[] {
  const listening = createUniqueness(locate);
  return entriesOf(valueAt(document, 'regions')).flatMap(([name, region]) => [
    ...redisProblems(['regions', name, 'redis'], valueAt(region, 'redis')),
    ...itemsOf(valueAt(region, 'pool', 'nodes')).flatMap((node, index) =>
      nodeProblems(['regions', name, 'pool', 'nodes', index, 'address'], valueAt(node, 'address')),
    ),
    ...listeners.flatMap(([role, face]) =>
      listenProblems(['regions', name, role, face], valueAt(region, role, face), listening.claim),
    ),
    ...urlProblems(['regions', name, 'receiver'], valueAt(region, 'receiver')),
  ]);
}

function redisProblems(path: Path, url: unknown): Finding[] {
  if (typeof url !== 'string') return [];
  const parsed = parseRedisUrl(url);
  return 'problem' in parsed ? [finding(path, parsed.problem)] : [];
}

function nodeProblems(path: Path, address: unknown): Finding[] {
  if (typeof address !== 'string' || address.startsWith('/')) return [];
  const parsed = parseHostPort(address, '127.0.0.1:11211');
  return 'problem' in parsed ? [finding(path, parsed.problem)] : [];
}

function listenProblems(
  path: Path,
  address: unknown,
  claim: (path: Path, value: string) => string | undefined,
): Finding[] {
  if (typeof address !== 'string') return [];
  const parsed = parseHostPort(address, listenExample);
  if ('problem' in parsed) return [finding(path, parsed.problem)];
  // Every machine has its own 0.0.0.0, so the same one in two places can be right.
  if (isWildcardHost(parsed.host)) return [];
  const taken = claim(path, `${parsed.host}:${parsed.port}`);
  return taken === undefined
    ? []
    : [finding(path, `${address} is already the listen address ${taken}; give each its own port`)];
}

function urlProblems(path: Path, receiver: unknown): Finding[] {
  const url = valueAt(receiver, 'url');
  const http = valueAt(receiver, 'http');
  if (url === undefined && typeof http === 'string') {
    const parsed = parseHostPort(http, listenExample);
    if ('problem' in parsed || !isWildcardHost(parsed.host)) return [];
    return [
      finding(
        [...path, 'http'],
        `the default of ${describePath([...path, 'url'])} would be http://${http}, which no other region can reach; add url: http://HOST:${parsed.port}`,
      ),
    ];
  }
  if (typeof url !== 'string') return [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.username !== '' || parsed.password !== '') {
    if (parsed !== undefined) {
      return [
        finding([...path, 'url'], 'the url must not hold credentials; set LOCKSTEP_LINK_TOKEN in the environment'),
      ];
    }
  }
  const isUsable =
    (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') && parsed.search === '' && parsed.hash === '';
  return isUsable
    ? []
    : [
        finding(
          [...path, 'url'],
          'not a URL of a receiver; write http://host:port or https://host:port without a query',
        ),
      ];
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}
