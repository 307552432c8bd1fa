import { describeKind, describePath, entriesOf, itemsOf, valueAt } from './document.ts';
import { findRefreshLoaderProblems } from './refresh-loader-rules.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

const sourceName = /^[a-z][a-z0-9-]{0,31}$/;
/** What the key of an entry may be, without the name of its source and the colon. */
const maxIdBytes = 160;
/** What a refresher needs to be heard of in. */
const minLeaseMs = 500;
/** Control characters, and halves of a character. */
const notInIds = /[\p{Cc}\p{Cs}]/u;

/** Looks at what the schema cannot say of the section `refresh`, and of the templates that name a source of it. */
export function findRefreshProblems(document: unknown): Finding[] {
  return entriesOf(valueAt(document, 'regions')).flatMap(([region, content]) => [
    ...regionProblems(['regions', region, 'refresh'], valueAt(content, 'refresh')),
    ...entriesOf(valueAt(content, 'refresh', 'sources')).flatMap(([name, source]) => {
      const path: Path = ['regions', region, 'refresh', 'sources', name];
      return [
        ...nameProblems(path, name),
        ...findRefreshLoaderProblems([...path, 'load'], valueAt(source, 'load'), paramsOf(name, content)),
        ...shapeProblems(path, source),
        ...timeProblems(path, source),
        ...poolProblems(path, source, content),
        ...idProblems(path, source),
        ...scheduleProblems([...path, 'schedule'], valueAt(source, 'schedule')),
      ];
    }),
    ...itemsOf(valueAt(content, 'proxy', 'templates')).flatMap((template, index) =>
      templateProblems(['regions', region, 'proxy', 'templates', index], template, content),
    ),
  ]);
}

/** The parameters that are in the key of each template of the source. */
function paramsOf(source: string, region: unknown): ReadonlySet<string> {
  const keys = itemsOf(valueAt(region, 'proxy', 'templates')).flatMap((template) => {
    const key = valueAt(template, 'key');
    return valueAt(template, 'refresh') === source && typeof key === 'string' ? [key] : [];
  });
  const [first = '', ...others] = keys;
  const params = Array.from(first.matchAll(/\{([A-Za-z_]\w*)\}/g), ([, param]) => param!);
  return new Set(params.filter((param) => others.every((key) => key.includes(`{${param}}`))));
}

function regionProblems(path: Path, refresh: unknown): Finding[] {
  const leaseMs = valueAt(refresh, 'leaseMs');
  const [min, max] = [valueAt(refresh, 'retry', 'minMs') ?? 1000, valueAt(refresh, 'retry', 'maxMs') ?? 60_000];
  const problems: Finding[] = [];
  if (typeof leaseMs === 'number' && leaseMs >= 1 && leaseMs < minLeaseMs) {
    const message = `leaseMs ${leaseMs} is too short to be renewed in time; use ${minLeaseMs} or more`;
    problems.push(finding([...path, 'leaseMs'], message));
  }
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    problems.push(finding([...path, 'retry'], `minMs ${min} is above maxMs ${max}; make it at most that`));
  }
  return problems;
}

function nameProblems(path: Path, name: string): Finding[] {
  if (sourceName.test(name)) return [];
  const message = `${JSON.stringify(name)} is not a name of a source; use 1 to 32 of a-z, 0-9 and "-", a letter first`;
  return [{ path, part: 'key', message }];
}

function shapeProblems(path: Path, source: unknown): Finding[] {
  const shape = valueAt(source, 'shape') ?? 'value';
  return [['hash', 'primaryKey', 'id'] as const, ['zset', 'score', 'price'] as const].flatMap(
    ([wanted, key, example]) => {
      const isThere = valueAt(source, key) !== undefined;
      // A module gives its data as it is to be stored.
      const isNeeded = shape === wanted && valueAt(source, 'load', 'module') === undefined;
      if (isThere && shape !== wanted) {
        return [
          finding(
            [...path, key],
            `${key} is for shape: ${wanted}, and the shape is ${JSON.stringify(shape)}; take it out`,
          ),
        ];
      }
      if (isThere || !isNeeded) return [];
      const message = `${describePath(path)} has shape: ${wanted} and no ${key}; add ${key}: the field, such as ${example}`;
      return [{ path, part: 'key' as const, message }];
    },
  );
}

function timeProblems(path: Path, source: unknown): Finding[] {
  const [ttlMs, below] = [valueAt(source, 'ttlMs'), valueAt(source, 'refreshBelowMs')];
  if (typeof ttlMs !== 'number' || typeof below !== 'number' || below < ttlMs) return [];
  const message = `refreshBelowMs ${below} is not below ttlMs ${ttlMs}: every read would ask for a refresh`;
  return [finding([...path, 'refreshBelowMs'], message)];
}

function poolProblems(path: Path, source: unknown, region: unknown): Finding[] {
  const pool = valueAt(source, 'pool');
  if (typeof pool !== 'string') return [];
  const where = [...path, 'pool'];
  const shape = valueAt(source, 'shape') ?? 'value';
  if (shape !== 'value') {
    return [
      finding(where, `only shape: value can live in a pool, and the shape is ${JSON.stringify(shape)}; take pool out`),
    ];
  }
  const names = ['main', ...entriesOf(valueAt(region, 'pools')).map(([name]) => name)];
  if (names.includes(pool)) return [];
  return [finding(where, `the region has no pool ${JSON.stringify(pool)}; it has ${names.join(', ')}`)];
}

function idProblems(path: Path, source: unknown): Finding[] {
  const ids = itemsOf(valueAt(source, 'ids'));
  return ids.flatMap((id, index) => {
    if (typeof id !== 'string') return [];
    const where = [...path, 'ids', index];
    if (ids.indexOf(id) !== index) return [finding(where, `the id ${JSON.stringify(id)} is in the list twice`)];
    return !notInIds.test(id) && Buffer.byteLength(id) <= maxIdBytes
      ? []
      : [finding(where, `an id is at most ${maxIdBytes} bytes without control characters`)];
  });
}

function scheduleProblems(path: Path, schedule: unknown): Finding[] {
  if (describeKind(schedule) !== 'a map') return [];
  const [every, cron, zone] = ['everyMs', 'cron', 'timeZone'].map((key) => valueAt(schedule, key));
  if ((every === undefined) === (cron === undefined)) {
    return [finding(path, `${describePath(path)} must have everyMs or cron, and not both`)];
  }
  if (zone === undefined) return [];
  if (cron === undefined) return [finding([...path, 'timeZone'], 'timeZone is for cron; take it out')];
  return typeof zone !== 'string' || isTimeZone(zone)
    ? []
    : [finding([...path, 'timeZone'], `${JSON.stringify(zone)} is not a time zone; write it as in Europe/Oslo`)];
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A template that serves a source: its key is one of that source, and it is only read. */
function templateProblems(path: Path, template: unknown, region: unknown): Finding[] {
  const [source, key, url] = ['refresh', 'key', 'url'].map((name) => valueAt(template, name));
  if (typeof source !== 'string') return [];
  const known = entriesOf(valueAt(region, 'refresh', 'sources')).map(([name]) => name);
  if (!known.includes(source)) {
    const hint = known.length === 0 ? 'the region has no refresh.sources' : `it has ${known.join(', ')}`;
    return [finding([...path, 'refresh'], `the region has no source ${JSON.stringify(source)}; ${hint}`)];
  }
  const problems: Finding[] = [];
  if (typeof key === 'string' && key !== source && !key.startsWith(`${source}:`)) {
    problems.push(finding([...path, 'key'], `the key of a template of ${source} must start with "${source}:"`));
  }
  for (const name of ['isWritable', 'ttlSeconds']) {
    if (valueAt(template, name) === undefined) continue;
    problems.push(finding([...path, name], `${name} does not go with refresh: the source says what is stored`));
  }
  const taken = typeof url === 'string' ? /[?&](?<name>page|limit|element)=/.exec(url)?.groups?.['name'] : undefined;
  if (taken !== undefined) {
    const message = `"${taken}" in the query of a template with refresh says what of the entry is read; take another name`;
    problems.push(finding([...path, 'url'], message));
  }
  return problems;
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}
