import { isWildcardHost } from './address.ts';
import { entriesOf, valueAt } from './document.ts';
import type { Finding } from './shape-problems.ts';
import type { LocatePath } from './uniqueness.ts';
import type { Path } from './yaml-source.ts';

/** Where a receiver is found. */
interface Place {
  readonly region: string;
  readonly path: Path;
  /** Host, port and path, in one spelling. */
  readonly at: string;
}

/**
 * Finds URLs that lead to the receiver of another region: a shipper would send its own region's journal back to it, or
 * one region everything twice and another nothing, which that one would never hear of.
 */
export function findLinkProblems(document: unknown, locate: LocatePath): Finding[] {
  const named: Place[] = [];
  const listening: Place[] = [];
  for (const [region, settings] of entriesOf(valueAt(document, 'regions'))) {
    const [http, url] = ['http', 'url'].map((key) => valueAt(settings, 'receiver', key));
    const path = ['regions', region, 'receiver'];
    const own = typeof http === 'string' ? placeOf(`http://${http}`) : undefined;
    const given = typeof url === 'string' ? placeOf(url) : undefined;
    if (own !== undefined) listening.push({ region, path: [...path, 'http'], at: own });
    if (given !== undefined) named.push({ region, path: [...path, 'url'], at: given });
  }
  return named.flatMap(({ region, path, at }, index): Finding[] => {
    const other = [...named.slice(0, index), ...listening].find((place) => place.at === at && place.region !== region);
    if (other === undefined) return [];
    const { line, column } = locate(other.path);
    const message = `this url leads to the receiver of ${other.region}, see line ${line}, column ${column}; each region has its own`;
    return [{ path, part: 'value', message }];
  });
}

/** Undefined for a text that is no URL, and for one that is of no single machine. */
function placeOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || isWildcardHost(url.hostname)) return undefined;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return `${url.hostname}:${port}${url.pathname.replace(/\/+$/, '')}`;
}
