import { LuaError, type LuaValue } from './lua-value.ts';
import type { Expression, Frame } from './compile-expression.ts';

/** Where a name lives, and how to write it. */
export interface Variable extends Expression {
  readonly assign: (frame: Frame, value: LuaValue) => void;
}

/** The names that a place in the source can see. */
export interface Scope {
  /** Makes a local name from here on; undefined hides nothing of outer blocks. */
  declare(name: string): Variable;
  find(name: string): Variable | undefined;
  /** A block within the same function. */
  block(): Scope;
  /** The body of a function within this scope. */
  inner(): Scope;
}

interface FunctionSlots {
  count: number;
}

/** The scope of a chunk. Each local has a slot of its own in its function's frame. */
export function createScope(): Scope {
  return scopeIn({ count: 1 }, undefined, false);
}

function scopeIn(slots: FunctionSlots, outer: Scope | undefined, isFunction: boolean): Scope {
  const names = new Map<string, Variable>();
  const scope: Scope = {
    declare(name) {
      const slot = slots.count++;
      const variable: Variable = {
        one: (frame) => frame[slot] as LuaValue,
        assign: (frame, value) => {
          frame[slot] = value;
        },
      };
      names.set(name, variable);
      return variable;
    },
    find(name) {
      const own = names.get(name);
      if (own !== undefined) return own;
      const found = outer?.find(name);
      return found === undefined || !isFunction ? found : outwards(found);
    },
    block: () => scopeIn(slots, scope, false),
    inner: () => scopeIn({ count: 1 }, scope, true),
  };
  return scope;
}

/** The same variable seen from a function within. */
function outwards(variable: Variable): Variable {
  const outer = (frame: Frame): Frame => {
    if (frame[0] === undefined) throw new LuaError('no frame around this one');
    return frame[0];
  };
  return {
    one: (frame) => variable.one(outer(frame)),
    assign: (frame, value) => variable.assign(outer(frame), value),
  };
}
