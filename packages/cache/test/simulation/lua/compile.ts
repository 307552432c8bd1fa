import {
  binaryOf,
  bindingPowers,
  callOf,
  type Expression,
  type Frame,
  indexOf,
  methodOf,
  unaryOf,
  unaryPower,
  valuesOf,
} from './compile-expression.ts';
import { blockOf, type Block } from './compile-block.ts';
import { LuaError, type LuaFunction, LuaTable, type LuaValue } from './lua-value.ts';
import { createScope, type Scope } from './scope.ts';
import { createTokenReader, type TokenReader } from './token-reader.ts';

/** What a chunk sees besides its own locals. */
export interface Globals {
  /** The value of a global name. */
  readonly get: (name: string) => LuaValue;
  /** The functions behind `text:name()`. */
  readonly stringMethods: ReadonlyMap<string, LuaFunction>;
}

/** Compiles Lua 5.1 as scripts of Redis use it (no goto, no varargs, no metatables) to a function of its globals. */
export function compile(source: string): (globals: Globals) => LuaValue[] {
  const reader = createTokenReader(source);
  let globals: Globals | undefined;
  const compiler = new Compiler(reader, () => globals as Globals);
  const body = blockOf(compiler, createScope());
  reader.expect('end of input');
  return (given) => {
    globals = given;
    return runBody(body, [undefined]);
  };
}

function runBody(body: Block, frame: Frame): LuaValue[] {
  const outcome = body(frame);
  return Array.isArray(outcome) ? outcome : [];
}

/** Turns tokens into closures. */
export class Compiler {
  readonly reader: TokenReader;
  readonly #globals: () => Globals;

  constructor(reader: TokenReader, globals: () => Globals) {
    this.reader = reader;
    this.#globals = globals;
  }

  /** Expressions with commas between them. */
  list(scope: Scope): Expression[] {
    const expressions = [this.expression(scope)];
    while (this.reader.skip(',')) expressions.push(this.expression(scope));
    return expressions;
  }

  expression(scope: Scope, power = 0): Expression {
    let left = this.#unary(scope);
    for (;;) {
      const operator = this.reader.kind;
      const powers = bindingPowers[operator];
      if (powers === undefined || powers[0] < power) return left;
      this.reader.next();
      left = binaryOf(operator, left, this.expression(scope, powers[1]));
    }
  }

  /** A name, an index or a call, and how to assign to it where that is possible. */
  suffixed(scope: Scope): { value: Expression; assign: ((frame: Frame, value: LuaValue) => void) | undefined } {
    let assign: ((frame: Frame, value: LuaValue) => void) | undefined;
    let value: Expression;
    if (this.reader.skip('(')) {
      const inner = this.expression(scope);
      this.reader.expect(')');
      value = { one: inner.one };
    } else {
      const name = this.reader.expect('name').text;
      const variable = scope.find(name);
      value = variable ?? { one: () => this.#globals().get(name) };
      assign = variable?.assign;
    }
    for (;;) {
      if (this.reader.kind === '.' || this.reader.kind === '[') {
        const base = value;
        const key = this.#key(scope);
        value = indexOf(base, key);
        assign = (frame, assigned) => tableOf(base.one(frame)).set(key.one(frame), assigned);
      } else if (this.reader.skip(':')) {
        const method = this.reader.expect('name').text;
        const called: LuaFunction = (args) => this.#stringMethod(method)(args);
        value = methodOf(value, called, this.#args(scope));
        assign = undefined;
      } else if (this.reader.kind === '(' || this.reader.kind === 'string' || this.reader.kind === '{') {
        value = callOf(value, this.#args(scope));
        assign = undefined;
      } else {
        return { value, assign };
      }
    }
  }

  /** A function from its parameters on. */
  functionBody(scope: Scope): Expression {
    const inner = scope.inner();
    const parameters: string[] = [];
    this.reader.expect('(');
    while (this.reader.kind === 'name') {
      parameters.push(this.reader.next().text);
      this.reader.skip(',');
    }
    this.reader.expect(')');
    const slots = parameters.map((name) => inner.declare(name));
    const body = blockOf(this, inner);
    this.reader.expect('end');
    const make = (outer: Frame): LuaFunction => {
      return (args) => {
        const frame: Frame = [outer];
        for (const [index, slot] of slots.entries()) slot.assign(frame, args[index]);
        return runBody(body, frame);
      };
    };
    return { one: make };
  }

  #stringMethod(name: string): LuaFunction {
    const method = this.#globals().stringMethods.get(name);
    if (method === undefined) throw new LuaError(`attempt to call method '${name}' (a nil value)`);
    return method;
  }

  #key(scope: Scope): Expression {
    if (this.reader.skip('.')) {
      const name = this.reader.expect('name').text;
      return { one: () => name };
    }
    this.reader.expect('[');
    const key = this.expression(scope);
    this.reader.expect(']');
    return key;
  }

  #args(scope: Scope): Expression[] {
    if (this.reader.kind === 'string' || this.reader.kind === '{') return [this.#simple(scope)];
    this.reader.expect('(');
    const args = this.reader.kind === ')' ? [] : this.list(scope);
    this.reader.expect(')');
    return args;
  }

  #unary(scope: Scope): Expression {
    const operator = this.reader.kind;
    if (operator !== 'not' && operator !== '-' && operator !== '#') return this.#simple(scope);
    this.reader.next();
    return unaryOf(operator, this.expression(scope, unaryPower));
  }

  #simple(scope: Scope): Expression {
    const { kind } = this.reader;
    if (kind === 'name' || kind === '(') return this.suffixed(scope).value;
    if (kind === '{') return this.#table(scope);
    const { text } = this.reader.next();
    if (kind === 'function') return this.functionBody(scope);
    if (kind === 'nil') return { one: () => undefined };
    if (kind === 'true' || kind === 'false') return { one: () => kind === 'true' };
    if (kind === 'string') return { one: () => text };
    if (kind !== 'number') throw new SyntaxError(`Lua: unexpected ${kind}`);
    const number = Number(text);
    return { one: () => number };
  }

  #table(scope: Scope): Expression {
    const listed: Expression[] = [];
    const fields: [Expression, Expression][] = [];
    this.reader.expect('{');
    while (!this.reader.skip('}')) {
      if (this.reader.kind === '[' || (this.reader.kind === 'name' && this.reader.isFollowedBy('='))) {
        const key = this.reader.kind === '[' ? this.#key(scope) : nameKey(this.reader.next().text);
        this.reader.expect('=');
        fields.push([key, this.expression(scope)]);
      } else {
        listed.push(this.expression(scope));
      }
      if (!this.reader.skip(',')) this.reader.skip(';');
    }
    const values = valuesOf(listed);
    return {
      one(frame) {
        const table = LuaTable.of(values(frame));
        for (const [key, value] of fields) table.set(key.one(frame), value.one(frame));
        return table;
      },
    };
  }
}

function nameKey(name: string): Expression {
  return { one: () => name };
}

function tableOf(value: LuaValue): LuaTable {
  if (value instanceof LuaTable) return value;
  throw new LuaError('attempt to index a value that is not a table');
}
