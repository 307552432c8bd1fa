import { describeKind, describePath, entriesOf, valueAt } from './document.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

const secretName = /^[A-Z][A-Z0-9_]{0,63}$/;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\u0020-\u007e]*$/;
/** Headers that say how a message is framed, or that the loader sets by itself. */
const ownHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'host',
  'if-modified-since',
  'if-none-match',
  'transfer-encoding',
]);
const kinds = ['http', 'sql', 'module'] as const;
const httpHint = 'not a URL of a source; write http://host:port/path or https://host/path, with {id} in path or query';
const place = /\{([A-Za-z_]\w*)\}/g;
const sqlHint = 'not a URL of a database; write mysql://user@host:port/database or postgres://user@host:port/database';

/**
 * Looks at the loader of a source. No message repeats a URL or a header: either may hold a secret by mistake.
 *
 * @param params what its keys have in each template that serves it; `{id}` is the whole id.
 */
export function findRefreshLoaderProblems(path: Path, load: unknown, params: ReadonlySet<string>): Finding[] {
  if (describeKind(load) !== 'a map') return [];
  const given = kinds.filter((kind) => valueAt(load, kind) !== undefined);
  if (given.length !== 1) {
    return [finding(path, `${describePath(path)} must have one of http, sql and module; it has ${given.length}`)];
  }
  const [http, sql] = [valueAt(load, 'http'), valueAt(load, 'sql')];
  return [...httpProblems([...path, 'http'], http, params), ...sqlProblems([...path, 'sql'], sql, params)];
}

function httpProblems(path: Path, http: unknown, params: ReadonlySet<string>): Finding[] {
  const items = valueAt(http, 'items');
  return [
    ...httpUrlProblems([...path, 'url'], valueAt(http, 'url'), params),
    ...(typeof items === 'string' && items !== '' && !/^(?:\/(?:[^~]|~[01])*)+$/.test(items)
      ? [finding([...path, 'items'], `${JSON.stringify(items)} is not a JSON Pointer; write it as in /data/coupons`)]
      : []),
    ...entriesOf(valueAt(http, 'headers')).flatMap(([name, value]) =>
      headerProblems([...path, 'headers', name], name, value),
    ),
  ];
}

function httpUrlProblems(path: Path, text: unknown, params: ReadonlySet<string>): Finding[] {
  if (typeof text !== 'string') return [];
  const filled = text.replaceAll(place, 'id');
  const url = URL.canParse(filled) ? new URL(filled) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hash !== '') {
    return [finding(path, httpHint)];
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'the url must not hold credentials; write headers: { authorization: { secret: NAME } }';
    return [finding(path, message)];
  }
  // Who asks must never choose whom the refresher talks to.
  const origin = /^https?:\/\/[^/?#]*/i.exec(text)?.[0] ?? '';
  const inOrigin = placesIn(origin)[0];
  return inOrigin === undefined
    ? placeProblems(path, text, params)
    : [finding(path, `{${inOrigin}} may stand in the path and the query, not in the host`)];
}

function placesIn(text: string): string[] {
  return Array.from(text.matchAll(place), ([, name]) => name!);
}

/** Names that no key of the source has would never be filled. */
function placeProblems(path: Path, text: string, params: ReadonlySet<string>): Finding[] {
  const unknown = placesIn(text).find((name) => name !== 'id' && !params.has(name));
  if (unknown === undefined) return [];
  return [finding(path, `{${unknown}} is neither {id} nor a parameter in the key of each template with this refresh`)];
}

function headerProblems(path: Path, name: string, value: unknown): Finding[] {
  if (!headerName.test(name)) {
    return [{ path, part: 'key', message: `${JSON.stringify(name)} is not a name of a header` }];
  }
  if (ownHeaders.has(name.toLowerCase())) {
    return [{ path, part: 'key', message: `the header ${name} is set by the refresher; take it out` }];
  }
  if (typeof value === 'string') {
    return headerValue.test(value) ? [] : [finding(path, 'the value of a header is printable ASCII')];
  }
  const secret = valueAt(value, 'secret');
  const hasMore = entriesOf(value).some(([key]) => key !== 'secret');
  if (typeof secret !== 'string' || hasMore) {
    return [finding(path, `${describePath(path)} must be a text, or { secret: NAME }`)];
  }
  return secretProblems([...path, 'secret'], secret);
}

function sqlProblems(path: Path, sql: unknown, params: ReadonlySet<string>): Finding[] {
  if (describeKind(sql) !== 'a map') return [];
  const [url, password, query] = ['url', 'password', 'query'].map((key) => valueAt(sql, key));
  return [
    ...sqlUrlProblems([...path, 'url'], url),
    ...(typeof password === 'string' ? secretProblems([...path, 'password'], password) : []),
    ...(typeof query === 'string' ? queryProblems([...path, 'query'], query, params) : []),
  ];
}

function sqlUrlProblems(path: Path, text: unknown): Finding[] {
  if (typeof text !== 'string') return [];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.password !== '') {
    return [finding(path, 'the url must not hold a password; write password: NAME, and set LOCKSTEP_SECRET_NAME')];
  }
  const isUsable =
    url !== undefined &&
    ['mysql:', 'mariadb:', 'postgres:', 'postgresql:'].includes(url.protocol) &&
    url.hostname !== '' &&
    url.username !== '' &&
    url.search === '' &&
    url.hash === '' &&
    /^\/[^/]+$/.test(url.pathname);
  return isUsable ? [] : [finding(path, sqlHint)];
}

/** Between quotes `{id}` would be text, and no parameter. */
function queryProblems(path: Path, query: string, params: ReadonlySet<string>): Finding[] {
  const withoutQuoted = query.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//g, '');
  const bound = ['id', ...params].find(
    (name) => withoutQuoted.split(`{${name}}`).length !== query.split(`{${name}}`).length,
  );
  return bound === undefined
    ? placeProblems(path, withoutQuoted, params)
    : [finding(path, `{${bound}} is a bound parameter: write it without quotes, and not in a comment`)];
}

function secretProblems(path: Path, name: string): Finding[] {
  if (secretName.test(name)) return [];
  const message = 'a secret is named in capitals, digits and "_"; NAME stands for the variable LOCKSTEP_SECRET_NAME';
  return [finding(path, message)];
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}
