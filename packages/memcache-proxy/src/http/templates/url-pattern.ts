/** The URL of a template, in pieces. */
export interface UrlPattern {
  /** Parts of the path: a text, or the name of a parameter. */
  readonly segments: readonly Segment[];
  /** The parameter for each name in the query. */
  readonly query: ReadonlyMap<string, string>;
}

/** One part of a path. */
export type Segment = { readonly text: string } | { readonly param: string };

/** Parameters of the query that say how to read and write, and so cannot be part of a key. */
export const CONTROL_PARAMS: ReadonlySet<string> = new Set(['ttl', 'lease', 'refresh', 'stale']);

/**
 * Takes the URL of a template apart.
 *
 * @throws TypeError saying what is wrong with it.
 */
export function parseUrlPattern(url: string): UrlPattern {
  const [path = '', search, ...rest] = url.split('?');
  if (!/^\/[\w./:~-]*$/.test(path) || rest.length > 0) {
    throw new TypeError('the url must be a path such as "/coupons?city=:city"');
  }
  const segments = path.slice(1).split('/').map(parseSegment);
  const query = new Map<string, string>();
  for (const pair of search === undefined ? [] : search.split('&')) {
    const match = /^([\w.[\]-]+)=:([A-Za-z_]\w*)$/.exec(pair);
    if (match === null) throw new TypeError(`the query needs pairs such as "city=:city", got "${pair}"`);
    const [, name = '', param = ''] = match;
    if (CONTROL_PARAMS.has(name)) throw new TypeError(`"${name}" in the query says how to read or write: take another`);
    if (query.has(name)) throw new TypeError(`the query has "${name}" twice`);
    query.set(name, param);
  }
  return { segments, query };
}

/** The parameters that the URL has. */
export function paramsOf({ segments, query }: UrlPattern): string[] {
  return [...segments.flatMap((segment) => ('param' in segment ? [segment.param] : [])), ...query.values()];
}

function parseSegment(text: string): Segment {
  if (!text.includes(':')) return { text };
  if (/^:[A-Za-z_]\w*$/.test(text)) return { param: text.slice(1) };
  throw new TypeError(`a parameter of the path is a part of its own such as "/:shop", got "${text}"`);
}
