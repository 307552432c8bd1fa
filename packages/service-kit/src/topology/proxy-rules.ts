import { isIP, isIPv4 } from 'node:net';

import { describePath, entriesOf, itemsOf, valueAt } from './document.ts';
import type { Finding } from './shape-problems.ts';
import { createUniqueness, type LocatePath } from './uniqueness.ts';
import { findValuesProblems } from './values-rules.ts';
import type { Path } from './yaml-source.ts';

const maxWorkers = 256;
const minPolledMs = 10;
const maxPolledMs = 60_000;
const lists = ['trustedProxies', 'allow', 'bans'] as const;

/** Looks at what the schema cannot say of the section `proxy`. */
export function findProxyProblems(document: unknown, locate: LocatePath): Finding[] {
  return entriesOf(valueAt(document, 'regions')).flatMap(([name, region]) => {
    const path: Path = ['regions', name, 'proxy'];
    const proxy = valueAt(region, 'proxy');
    return [
      ...workersProblems([...path, 'workers'], valueAt(proxy, 'workers')),
      ...lists.flatMap((list) =>
        itemsOf(valueAt(proxy, list)).flatMap((network, at) =>
          list === 'trustedProxies' && network === 'unix' ? [] : networkProblems([...path, list, at], network),
        ),
      ),
      ...tokenProblems([...path, 'tokens'], valueAt(proxy, 'tokens'), locate),
      ...findValuesProblems([...path, 'values'], valueAt(proxy, 'values')),
      ...templateProblems([...path, 'templates'], valueAt(proxy, 'templates')),
      ...queuesProblems([...path, 'queues', 'pollMs'], valueAt(proxy, 'queues')),
      ...spoolProblems([...path, 'spool', 'directory'], valueAt(proxy, 'spool', 'directory')),
    ];
  });
}

function workersProblems(path: Path, workers: unknown): Finding[] {
  if (workers === undefined || workers === 'auto') return [];
  if (typeof workers === 'number' && Number.isInteger(workers) && workers >= 1 && workers <= maxWorkers) return [];
  const message = `${describePath(path)} must be auto or a number from 1 to ${maxWorkers}, got ${JSON.stringify(workers)}`;
  return [finding(path, message)];
}

function networkProblems(path: Path, network: unknown): Finding[] {
  if (typeof network !== 'string' || isNetwork(network)) return [];
  const message = `${JSON.stringify(network)} is not a network; write an address or a CIDR such as 10.0.0.0/8 or 2001:db8::/32`;
  return [finding(path, message)];
}

/** An address alone is the network of that one address. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/');
  if (isIP(address) === 0 || others.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

function tokenProblems(path: Path, tokens: unknown, locate: LocatePath): Finding[] {
  const names = createUniqueness(locate);
  const digests = createUniqueness(locate);
  return itemsOf(tokens).flatMap((token, index) => {
    const findings: Finding[] = [];
    const name = valueAt(token, 'name');
    if (typeof name === 'string') {
      const taken = names.claim([...path, index, 'name'], name);
      if (taken !== undefined) {
        const message = `the name ${JSON.stringify(name)} is already that of the token ${taken}; give each its own`;
        findings.push(finding([...path, index, 'name'], message));
      }
    }
    // No message repeats what stands here: it may be the token itself by mistake.
    const digest = valueAt(token, 'sha256');
    if (typeof digest === 'string') {
      const where = [...path, index, 'sha256'];
      if (!/^[0-9a-fA-F]{64}$/.test(digest)) {
        findings.push(finding(where, 'sha256 must be the SHA-256 of the token, 64 hexadecimal digits'));
      } else {
        const taken = digests.claim(where, digest.toLowerCase());
        if (taken !== undefined)
          findings.push(finding(where, `this token is already the one ${taken}; keep one of the two`));
      }
    }
    const expiresAt = valueAt(token, 'expiresAt');
    if (typeof expiresAt === 'string' && Number.isNaN(Date.parse(expiresAt))) {
      const message = `expiresAt is not a moment; write it as in 2030-01-01T00:00:00Z`;
      findings.push(finding([...path, index, 'expiresAt'], message));
    }
    return findings;
  });
}

/** The proxy compiles the templates; here is only what keeps its own routes safe. */
function templateProblems(path: Path, templates: unknown): Finding[] {
  return itemsOf(templates).flatMap((template, index) => {
    const url = valueAt(template, 'url');
    if (typeof url !== 'string' || (url.startsWith('/') && !url.startsWith('/v1/'))) return [];
    const message = 'the url of a template starts with "/", and not with "/v1/", which is the proxy\'s own';
    return [finding([...path, index, 'url'], message)];
  });
}

function queuesProblems(path: Path, queues: unknown): Finding[] {
  const pollMs = valueAt(queues, 'pollMs');
  if (valueAt(queues, 'mode') !== 'polled' || typeof pollMs !== 'number') return [];
  if (pollMs >= minPolledMs && pollMs <= maxPolledMs) return [];
  const range = `${minPolledMs} to ${maxPolledMs}`;
  return [finding(path, `${describePath(path)} must be ${range} with the mode polled, got ${pollMs}`)];
}

function spoolProblems(path: Path, directory: unknown): Finding[] {
  if (typeof directory !== 'string' || directory.startsWith('/')) return [];
  return [finding(path, `${describePath(path)} must be an absolute path, got ${JSON.stringify(directory)}`)];
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}
