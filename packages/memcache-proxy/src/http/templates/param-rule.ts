import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { KeyParam } from './key-template.ts';

const DEFAULT_MAX_LENGTH = 100;

/** Makes the values that a URL has for a parameter ready for the key. */
export type ParamRule = (values: readonly string[]) => string;

/**
 * Compiles the rule for the parameter `name`.
 *
 * @throws TypeError or RangeError naming what is wrong with it.
 */
export function compileParam(name: string, param: KeyParam = {}): ParamRule {
  const { trim = true, lowercase = false, list = false } = param;
  const check = compileChecks(name, param);
  const clean = (text: string): string => {
    const trimmed = trim ? text.trim() : text;
    return lowercase ? trimmed.toLowerCase() : trimmed;
  };
  const read = (values: readonly string[]): string[] =>
    (list ? values.flatMap((value) => value.split(',')) : values).map(clean).filter((text) => text !== '');
  const fallback = param.default === undefined ? undefined : normaliseDefault(name, read([param.default]), check);
  return (values) => {
    const given = read(values);
    if (given.length === 0) {
      if (fallback !== undefined) return fallback;
      throw badParam(`the parameter "${name}" is missing`);
    }
    if (list) return sortedList(given.map(check));
    if (given.length > 1) throw badParam(`the parameter "${name}" is given ${given.length} times`);
    return check(given[0]!);
  };
}

/** Escaped as a whole: no value of a list has a comma, so that this is not ambiguous. */
function sortedList(values: readonly string[]): string {
  return [...new Set(values)].toSorted().join(',');
}

/** Cleaned and sorted as what is given, so that who gives it gets the same key. */
function normaliseDefault(name: string, values: readonly string[], check: (text: string) => string): string {
  try {
    return values.length === 0 ? check('') : sortedList(values.map(check));
  } catch (cause) {
    throw new TypeError(`the default of "${name}" breaks its own rules: ${(cause as Error).message}`, { cause });
  }
}

function compileChecks(name: string, param: KeyParam): (text: string) => string {
  const { maxLength = DEFAULT_MAX_LENGTH, integer = false, min, max, allow, pattern } = param;
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new RangeError(`maxLength of "${name}" must be a positive integer, got ${maxLength}`);
  }
  if (!integer && (min ?? max) !== undefined) throw new TypeError(`min and max of "${name}" need integer: true`);
  const allowed = allow === undefined ? undefined : new Set(allow);
  const expression = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
  return (text) => {
    if (text.length > maxLength) throw badParam(`the parameter "${name}" must have at most ${maxLength} characters`);
    const value = integer ? normaliseInteger(name, text, min, max) : text;
    if (allowed !== undefined && !allowed.has(value)) {
      throw badParam(`the parameter "${name}" must be one of ${[...allowed].join(', ')}`);
    }
    if (expression !== undefined && !expression.test(value)) {
      throw badParam(`the parameter "${name}" must match ${pattern}`);
    }
    return value;
  };
}

function normaliseInteger(
  name: string,
  text: string,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): string {
  const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  // Adding 0 makes -0 a 0.
  if (value >= min && value <= max) return String(value + 0);
  throw badParam(`the parameter "${name}" must be a whole number from ${min} to ${max}`);
}

function badParam(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', message);
}
