import { parseRedisUrl } from '../redis/redis-url.ts';
import { isWildcardHost, parseHostPort } from './address.ts';
import { describePath, entriesOf, itemsOf, poolPathsOf, valueAt } from './document.ts';
import { findConsumerListenProblems } from './consumer-rules.ts';
import { findListenerProblems, listenProblems } from './listener-rules.ts';
import { listenExample } from './sections/listen-section.ts';
import { createUniqueness, type LocatePath } from './uniqueness.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

/** Looks at every address of a document, whatever else is wrong with it. */
export function findAddressProblems(document: unknown, locate: LocatePath): Finding[] {
  const listening = createUniqueness(locate);
  return entriesOf(valueAt(document, 'regions')).flatMap(([name, region]) => [
    ...redisProblems(['regions', name, 'redis'], valueAt(region, 'redis')),
    ...poolPathsOf(region).flatMap((pool) =>
      itemsOf(valueAt(region, ...pool, 'nodes')).flatMap((node, index) =>
        nodeProblems(['regions', name, ...pool, 'nodes', index, 'address'], valueAt(node, 'address')),
      ),
    ),
    ...itemsOf(valueAt(region, 'proxy', 'queues', 'nodes')).flatMap((node, index) =>
      queueProblems(['regions', name, 'proxy', 'queues', 'nodes', index, 'address'], valueAt(node, 'address')),
    ),
    ...listenProblems(['regions', name, 'proxy', 'http'], valueAt(region, 'proxy', 'http'), listening.claim),
    ...findListenerProblems(['regions', name, 'proxy', 'memcached'], valueAt(region, 'proxy'), listening.claim),
    ...['shipper', 'receiver'].flatMap((role) =>
      listenProblems(['regions', name, role, 'http'], valueAt(region, role, 'http'), listening.claim),
    ),
    ...['consumer', 'refresh'].flatMap((role) =>
      findConsumerListenProblems(['regions', name, role, 'http'], valueAt(region, role, 'http'), listening.claim),
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

function queueProblems(path: Path, address: unknown): Finding[] {
  if (typeof address !== 'string') return [];
  const parsed = parseHostPort(address, '127.0.0.1:22133');
  return 'problem' in parsed ? [finding(path, parsed.problem)] : [];
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
