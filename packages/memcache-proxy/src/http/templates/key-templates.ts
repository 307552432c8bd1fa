import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { type CompiledTemplate, compileTemplates, deriveKey } from './compile-template.ts';
import { KeyMemo, type KeyMemoOptions } from './key-memo.ts';
import type { KeyTemplate } from './key-template.ts';
import { CONTROL_PARAMS } from './url-pattern.ts';

/** What a URL stands for. */
export interface TemplateMatch {
  readonly template: KeyTemplate;
  /** As the template made it; it may be too long for memcached. */
  readonly key: string;
}

/** Templates that turn URLs into keys, and can be replaced while requests are served. */
export class KeyTemplates {
  readonly #memo: KeyMemo<TemplateMatch>;
  #bySegments: ReadonlyMap<number, readonly CompiledTemplate[]> = new Map();
  #templates: readonly KeyTemplate[] = [];

  /**
   * @throws TypeError with everything that is wrong with the templates.
   * @throws RangeError when a bound of the memo is no positive integer.
   */
  constructor(templates: readonly KeyTemplate[], memo: KeyMemoOptions = {}) {
    this.#memo = new KeyMemo(memo);
    this.replace(templates);
  }

  /** The templates that hold now. */
  get templates(): readonly KeyTemplate[] {
    return this.#templates;
  }

  /** Takes other templates, all of them or none. Throws as the constructor does. */
  replace(templates: readonly KeyTemplate[]): void {
    const groups = new Map<number, CompiledTemplate[]>();
    for (const compiled of compileTemplates(templates)) {
      const count = compiled.url.segments.length;
      groups.set(count, [...(groups.get(count) ?? []), compiled]);
    }
    // The one with more text in its path goes first.
    for (const group of groups.values()) group.sort((left, right) => textCount(right) - textCount(left));
    this.#bySegments = groups;
    this.#templates = templates;
    this.#memo.clear();
  }

  /**
   * The key for a URL, which is path and query as they were sent. Undefined when no template has the path.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_PARAMETER naming the parameter that is missing or wrong.
   */
  match(url: string): TemplateMatch | undefined {
    const known = this.#memo.get(url);
    if (known !== undefined) return known;
    const [head = ''] = url.split('#', 1);
    const queryAt = head.indexOf('?');
    const path = queryAt < 0 ? head : head.slice(0, queryAt);
    const parts = path.slice(1).split('/');
    for (const compiled of this.#bySegments.get(parts.length) ?? []) {
      const values = matchPath(compiled, parts);
      if (values === undefined) continue;
      if (queryAt >= 0) takeQuery(compiled, new URLSearchParams(head.slice(queryAt + 1)), values);
      const match = { template: compiled.template, key: deriveKey(compiled, values) };
      this.#memo.set(url, match, match.key.length + 100);
      return match;
    }
    return undefined;
  }
}

function matchPath({ url }: CompiledTemplate, parts: readonly string[]): Map<string, string[]> | undefined {
  const values = new Map<string, string[]>();
  for (const [index, segment] of url.segments.entries()) {
    const part = decodePart(parts[index]!);
    if ('param' in segment) values.set(segment.param, [part]);
    else if (part !== segment.text) return undefined;
  }
  return values;
}

function takeQuery({ url, template }: CompiledTemplate, query: URLSearchParams, values: Map<string, string[]>): void {
  for (const [name, value] of query) {
    const param = url.query.get(name);
    if (param !== undefined) {
      const given = values.get(param);
      if (given === undefined) values.set(param, [value]);
      else given.push(value);
    } else if (template.unknownParams === 'refuse' && !isControl(template, name)) {
      throw badParam(`there is no parameter ${JSON.stringify(name.slice(0, 40))}`);
    }
  }
}

function isControl({ readerParams }: KeyTemplate, name: string): boolean {
  return CONTROL_PARAMS.has(name) || readerParams?.includes(name) === true;
}

function decodePart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    throw badParam('the path is not percent-encoded UTF-8');
  }
}

function textCount({ url }: CompiledTemplate): number {
  return url.segments.filter((segment) => 'text' in segment).length;
}

function badParam(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', message);
}
