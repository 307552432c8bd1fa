/** What a Lua expression yields; undefined is nil. Strings hold one byte per character. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction;

/** A function of Lua or of the host: values in, values out. */
export type LuaFunction = (args: readonly LuaValue[]) => LuaValue[];

/** An error that Lua code raised; `value` is what `pcall` would catch. */
export class LuaError extends Error {
  readonly value: LuaValue;

  constructor(value: LuaValue) {
    const text = value instanceof LuaTable ? value.get('err') : value;
    super(typeof text === 'string' ? text : typeName(text));
    this.value = value;
  }
}

/** A table: a list from 1 on, and the rest. */
export class LuaTable {
  list: LuaValue[] = [];
  readonly rest = new Map<LuaValue, LuaValue>();

  /** A table of these values from 1 on. */
  static of(values: readonly LuaValue[]): LuaTable {
    const table = new LuaTable();
    if (!values.includes(undefined)) table.list = [...values];
    else for (const [index, value] of values.entries()) table.set(index + 1, value);
    return table;
  }

  get length(): number {
    return this.list.length;
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number' && key >= 1 && key <= this.list.length) return this.list[key - 1];
    return this.rest.get(key);
  }

  set(key: LuaValue, value: LuaValue): void {
    if (key === undefined) throw new LuaError('table index is nil');
    if (typeof key === 'number' && key >= 1 && key <= this.list.length + 1 && Number.isInteger(key)) {
      this.#setListed(key, value);
      return;
    }
    if (value === undefined) this.rest.delete(key);
    else this.rest.set(key, value);
  }

  #setListed(index: number, value: LuaValue): void {
    if (value !== undefined) {
      this.list[index - 1] = value;
      this.rest.delete(index);
      for (let next = index + 1; this.rest.has(next); next++) {
        this.list[next - 1] = this.rest.get(next);
        this.rest.delete(next);
      }
      return;
    }
    // A hole: what lies behind it leaves the list.
    const tail = this.list.splice(index - 1);
    for (const [offset, each] of tail.entries()) if (offset > 0) this.rest.set(index + offset, each);
  }
}

/** Everything but nil and false counts as true. */
export function isTruthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

/** A number as Lua 5.1 prints it: 14 significant digits. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return String(value === 0 ? 0 : value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const [mantissa = '', exponent] = value.toPrecision(14).split('e');
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  if (exponent === undefined) return trimmed;
  const digits = exponent.slice(1).padStart(2, '0');
  return `${trimmed}e${exponent.startsWith('-') ? '-' : '+'}${digits}`;
}

/** `tonumber` of base 10; undefined where it is none. */
export function asNumber(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!/^[-+]?(?:0x[\da-f]+|\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)$/i.test(text)) return undefined;
  return text.startsWith('-0x') ? -Number(text.slice(1)) : Number(text);
}

/** A value as text, for `..` and string functions; raises where Lua does. */
export function asText(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  throw new LuaError(`attempt to concatenate a ${typeName(value)} value`);
}

/** `type(value)`. */
export function typeName(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value instanceof LuaTable) return 'table';
  return typeof value;
}
