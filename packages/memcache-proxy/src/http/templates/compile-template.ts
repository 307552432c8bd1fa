import { canCollide, fillKey, type KeyPattern, parseKeyPattern } from './key-pattern.ts';
import type { KeyTemplate } from './key-template.ts';
import { compileParam, type ParamRule } from './param-rule.ts';
import { paramsOf, parseUrlPattern, type UrlPattern } from './url-pattern.ts';

/** A template that is ready to match. */
export interface CompiledTemplate {
  readonly template: KeyTemplate;
  readonly url: UrlPattern;
  readonly key: KeyPattern;
  readonly rules: ReadonlyMap<string, ParamRule>;
}

/**
 * Compiles templates and checks them against each other.
 *
 * @throws TypeError with everything that is wrong, each line naming its template.
 */
export function compileTemplates(templates: readonly KeyTemplate[]): CompiledTemplate[] {
  const problems: string[] = [];
  const compiled = templates.flatMap((template, index) => {
    try {
      return [compileTemplate(template)];
    } catch (error) {
      problems.push(`template ${index} (${template.url}): ${(error as Error).message}`);
      return [];
    }
  });
  compiled.forEach((later, position) => {
    for (const earlier of compiled.slice(0, position)) {
      const clash = clashOf(earlier, later);
      if (clash !== undefined)
        problems.push(`template ${templates.indexOf(later.template)} (${later.template.url}): ${clash}`);
    }
  });
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
  return compiled;
}

/** The key for the values that a URL has for its parameters. Throws ERR_MEMCACHE_PROXY_BAD_PARAMETER naming the one that is wrong. */
export function deriveKey({ key, rules }: CompiledTemplate, values: ReadonlyMap<string, readonly string[]>): string {
  const ready = new Map<string, string>();
  for (const [name, rule] of rules) ready.set(name, rule(values.get(name) ?? []));
  return fillKey(key, ready);
}

function compileTemplate(template: KeyTemplate): CompiledTemplate {
  const { params = {}, ttlSeconds = 0, unknownParams = 'ignore' } = template;
  const url = parseUrlPattern(template.url);
  const key = parseKeyPattern(template.key);
  const names = paramsOf(url);
  if (new Set(names).size < names.length) throw new TypeError('the url has a parameter twice');
  const missing = names.find((name) => !key.params.includes(name));
  if (missing !== undefined)
    throw new TypeError(`"${missing}" of the url is not in the key: different URLs would share it`);
  const unknown = [...key.params, ...Object.keys(params)].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is not in the url`);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > 2_592_000) {
    throw new RangeError(`ttlSeconds must be an integer from 0 to 2592000, got ${ttlSeconds}`);
  }
  const taken = template.readerParams?.find((name) => url.query.has(name));
  if (taken !== undefined) throw new TypeError(`"${taken}" in the query says what is read: take another`);
  if (unknownParams !== 'ignore' && unknownParams !== 'refuse') {
    throw new TypeError(`unknownParams must be "ignore" or "refuse", got ${JSON.stringify(unknownParams)}`);
  }
  return { template, url, key, rules: new Map(names.map((name) => [name, compileParam(name, params[name])])) };
}

function clashOf(earlier: CompiledTemplate, later: CompiledTemplate): string | undefined {
  if (shapeOf(earlier) === shapeOf(later)) return `it answers the same URLs as ${earlier.template.url}`;
  // The very same key is two URLs for one value, on purpose.
  if (earlier.key.source === later.key.source || !canCollide(earlier.key, later.key)) return undefined;
  return `its key ${later.key.source} could be a key of ${earlier.template.url}, which is ${earlier.key.source}: begin one of them differently`;
}

function shapeOf({ url }: CompiledTemplate): string {
  return url.segments.map((segment) => ('text' in segment ? segment.text : ':')).join('/');
}
