import { isWildcardHost, parseHostPort } from './address.ts';
import { describeKind, describePath, valueAt } from './document.ts';
import { listenExample, memcachedListenerSchema } from './sections/listen-section.ts';
import { type Finding, findShapeProblems } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

/** Claims an address for a path; when another path has it, says where that is. */
export type Claim = (path: Path, value: string) => string | undefined;

/** Looks at a listen address; `claim` remembers who has it. */
export function listenProblems(path: Path, address: unknown, claim: Claim): Finding[] {
  if (typeof address !== 'string') return [];
  const parsed = parseHostPort(address, listenExample);
  if ('problem' in parsed) return [{ path, part: 'value', message: parsed.problem }];
  // Every machine has its own 0.0.0.0, so the same one in two places can be right.
  if (isWildcardHost(parsed.host)) return [];
  const taken = claim(path, `${parsed.host}:${parsed.port}`);
  return taken === undefined
    ? []
    : [
        {
          path,
          part: 'value',
          message: `${address} is already the listen address ${taken}; give each its own port`,
        },
      ];
}

/** Looks at the listeners of a memcached face: an address, the path of a socket, a map, or a list of these. */
export function findListenerProblems(path: Path, proxy: unknown, claim: Claim): Finding[] {
  if (valueAt(proxy, 'memcached') === undefined) return [];
  const memcached = valueAt(proxy, 'memcached');
  if (!Array.isArray(memcached)) return oneListener(path, memcached, claim);
  if (memcached.length === 0) {
    return [{ path, part: 'value', message: `${describePath(path)} is empty; write memcached: ${listenExample}` }];
  }
  return memcached.flatMap((listener, index) => oneListener([...path, index], listener, claim));
}

function oneListener(path: Path, listener: unknown, claim: Claim): Finding[] {
  if (typeof listener === 'string') return addressProblems(path, listener, claim);
  if (describeKind(listener) !== 'a map') {
    const message = `${describePath(path)} must be a string such as ${listenExample}, got ${describeKind(listener)}`;
    return [{ path, part: 'value', message }];
  }
  const address = valueAt(listener, 'address');
  return [
    ...findShapeProblems(listener, memcachedListenerSchema, path),
    ...(typeof address === 'string' ? addressProblems([...path, 'address'], address, claim) : []),
    ...socketProblems(path, listener, typeof address === 'string' && address.startsWith('/')),
  ];
}

/** What goes with a unix socket alone, and what does not. */
function socketProblems(path: Path, listener: unknown, isSocket: boolean): Finding[] {
  const mode = valueAt(listener, 'mode');
  const problem = (key: string, message: string): Finding => ({ path: [...path, key], part: 'value', message });
  if (isSocket && valueAt(listener, 'tls') !== undefined) {
    return [problem('tls', 'a unix socket has no TLS; take it out, and set mode to say who may connect')];
  }
  if (typeof mode !== 'string') return [];
  if (!isSocket) return [problem('mode', 'mode is for the path of a unix socket; take it out')];
  return /^[0-7]{3,4}$/.test(mode)
    ? []
    : [problem('mode', `mode must be octal such as "660", got ${JSON.stringify(mode)}`)];
}

function addressProblems(path: Path, address: string, claim: Claim): Finding[] {
  if (!address.startsWith('/')) return listenProblems(path, address, claim);
  const taken = claim(path, address);
  return taken === undefined
    ? []
    : [{ path, part: 'value', message: `${address} is already the listen address ${taken}; give each its own path` }];
}
