import { luaPattern } from './lua-pattern.ts';
import {
  asNumber,
  asText,
  formatNumber,
  isTruthy,
  LuaError,
  type LuaFunction,
  LuaTable,
  typeName,
  type LuaValue,
} from './lua-value.ts';

const text = (value: LuaValue): string => asText(value);
const number = (value: LuaValue): number => {
  const found = asNumber(value);
  if (found === undefined) throw new LuaError('bad argument (number expected)');
  return found;
};
const table = (value: LuaValue): LuaTable => {
  if (value instanceof LuaTable) return value;
  throw new LuaError(`bad argument (table expected, got ${typeName(value)})`);
};

function slice(value: string, from: number, to: number): string {
  const start = Math.max(1, from < 0 ? value.length + from + 1 : from);
  const end = to < 0 ? value.length + to + 1 : to;
  return value.slice(start - 1, Math.max(start - 1, end));
}

function capturesOf(found: RegExpExecArray): LuaValue[] {
  return found.length > 1 ? found.slice(1) : [found[0]];
}

function search(value: string, pattern: string, from: number): RegExpExecArray | null {
  const expression = luaPattern(pattern);
  expression.lastIndex = from < 0 ? Math.max(0, value.length + from) : from - 1;
  return expression.exec(value);
}

function* matches(value: string, pattern: string): Generator<LuaValue[]> {
  for (const found of value.matchAll(luaPattern(pattern))) yield capturesOf(found);
}

function format(template: string, args: readonly LuaValue[]): string {
  let index = 0;
  return template.replace(/%(0?)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_, zero: string, width: string, digits, kind) => {
    if (kind === '%') return '%';
    const value = args[index++];
    const plain =
      kind === 's'
        ? tostring(value)
        : kind === 'x'
          ? number(value).toString(16)
          : kind === 'f'
            ? number(value).toFixed(Number(digits ?? 6))
            : kind === 'g'
              ? formatNumber(number(value))
              : String(Math.trunc(number(value)));
    return plain.padStart(Number(width), zero === '' ? ' ' : '0');
  });
}

function tostring(value: LuaValue): string {
  if (typeof value === 'string' || typeof value === 'number') return asText(value);
  return value === undefined ? 'nil' : typeof value === 'boolean' ? String(value) : `${typeName(value)}: 0x0`;
}

/** `string.…` */
export const stringFunctions: ReadonlyMap<string, LuaFunction> = new Map<string, LuaFunction>([
  ['len', ([value]) => [text(value).length]],
  ['sub', ([value, from, to = -1]) => [slice(text(value), number(from), number(to))]],
  ['lower', ([value]) => [text(value).toLowerCase()]],
  ['upper', ([value]) => [text(value).toUpperCase()]],
  ['rep', ([value, count]) => [text(value).repeat(Math.max(0, number(count)))]],
  ['byte', ([value, at = 1]) => [slice(text(value), number(at), number(at)).charCodeAt(0)]],
  ['char', (codes) => [String.fromCharCode(...codes.map(number))]],
  ['format', ([template, ...args]) => [format(text(template), args)]],
  [
    'find',
    ([value, pattern, from = 1, isPlain]) => {
      if (isTruthy(isPlain)) {
        const at = text(value).indexOf(text(pattern), number(from) - 1);
        return at < 0 ? [undefined] : [at + 1, at + text(pattern).length];
      }
      const found = search(text(value), text(pattern), number(from));
      return found === null ? [undefined] : [found.index + 1, found.index + found[0].length, ...found.slice(1)];
    },
  ],
  [
    'match',
    ([value, pattern, from = 1]) => {
      const found = search(text(value), text(pattern), number(from));
      return found === null ? [undefined] : capturesOf(found);
    },
  ],
  [
    'gmatch',
    ([value, pattern]) => {
      const steps = matches(text(value), text(pattern));
      return [() => steps.next().value ?? [undefined]];
    },
  ],
  [
    'gsub',
    ([value, pattern, replacement]) => {
      let count = 0;
      const replaced = text(value).replace(luaPattern(text(pattern)), (...found: unknown[]) => {
        count++;
        return text(replacement).replace(/%(\d|%)/g, (_, digit: string) =>
          digit === '%' ? '%' : String(found[Number(digit)]),
        );
      });
      return [replaced, count];
    },
  ],
]);

const tableFunctions = new Map<string, LuaFunction>([
  ['concat', ([list, glue = '']) => [table(list).list.map(text).join(text(glue))]],
  ['getn', ([list]) => [table(list).length]],
  [
    'insert',
    ([list, ...rest]) => {
      const target = table(list);
      if (rest.length < 2) target.set(target.length + 1, rest[0]);
      else target.list.splice(number(rest[0]) - 1, 0, rest[1]);
      return [];
    },
  ],
  ['remove', ([list, at]) => table(list).list.splice(at === undefined ? -1 : number(at) - 1, 1)],
  [
    'sort',
    ([list]) => {
      table(list).list.sort((a, b) => ((a as string) < (b as string) ? -1 : 1));
      return [];
    },
  ],
]);

const mathFunctions = new Map<string, LuaValue>([
  ['floor', ([value]) => [Math.floor(number(value))]],
  ['ceil', ([value]) => [Math.ceil(number(value))]],
  ['abs', ([value]) => [Math.abs(number(value))]],
  ['max', (values) => [Math.max(...values.map(number))]],
  ['min', (values) => [Math.min(...values.map(number))]],
  ['huge', Infinity],
]);

function tableFrom(entries: Iterable<readonly [string, LuaValue]>): LuaTable {
  const made = new LuaTable();
  for (const [name, value] of entries) made.set(name, value);
  return made;
}

function protectedCall([callee, ...args]: readonly LuaValue[]): LuaValue[] {
  try {
    return [true, ...(callee as LuaFunction)(args)];
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    return [false, error.value];
  }
}

function* pairsOf(of: LuaTable): Generator<LuaValue[]> {
  for (const [index, value] of of.list.entries()) yield [index + 1, value];
  yield* of.rest;
}

/** What every chunk sees besides what Redis adds. */
export const standardLibrary: ReadonlyMap<string, LuaValue> = new Map<string, LuaValue>([
  ['string', tableFrom(stringFunctions)],
  ['table', tableFrom(tableFunctions)],
  ['math', tableFrom(mathFunctions)],
  ['type', ([value]) => [typeName(value)]],
  ['tostring', ([value]) => [tostring(value)]],
  ['tonumber', ([value, base = 10]) => [base === 10 ? asNumber(value) : Number.parseInt(text(value), number(base))]],
  [
    'unpack',
    ([list, from = 1, to]) => table(list).list.slice(number(from) - 1, to === undefined ? undefined : number(to)),
  ],
  [
    'ipairs',
    ([list]) => {
      const next: LuaFunction = ([, at]) => {
        const value = table(list).get(number(at) + 1);
        return value === undefined ? [undefined] : [number(at) + 1, value];
      };
      return [next, list, 0];
    },
  ],
  [
    'pairs',
    ([of]) => {
      const steps = pairsOf(table(of));
      return [() => steps.next().value ?? [undefined]];
    },
  ],
  [
    'error',
    ([value]) => {
      throw new LuaError(value);
    },
  ],
  ['pcall', protectedCall],
  [
    'assert',
    (args) => {
      if (!isTruthy(args[0])) throw new LuaError(args[1] ?? 'assertion failed!');
      return [...args];
    },
  ],
]);
