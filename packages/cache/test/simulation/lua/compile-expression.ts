import {
  asNumber,
  asText,
  isTruthy,
  LuaError,
  type LuaFunction,
  LuaTable,
  typeName,
  type LuaValue,
} from './lua-value.ts';

/** The locals of one call of a function; slot 0 is the frame of the function around it. */
export type Frame = [Frame | undefined, ...unknown[]];

/** A compiled expression. `many` is there when it may yield more or fewer values than one. */
export interface Expression {
  readonly one: (frame: Frame) => LuaValue;
  readonly many?: (frame: Frame) => LuaValue[];
}

/** How tightly an operator binds, on its left and on its right. */
export const bindingPowers: Readonly<Record<string, readonly [left: number, right: number]>> = {
  or: [1, 2],
  and: [3, 4],
  '<': [5, 6],
  '>': [5, 6],
  '<=': [5, 6],
  '>=': [5, 6],
  '~=': [5, 6],
  '==': [5, 6],
  '..': [8, 7],
  '+': [9, 10],
  '-': [9, 10],
  '*': [11, 12],
  '/': [11, 12],
  '%': [11, 12],
  '^': [16, 15],
};

/** How tightly `not`, `-` and `#` bind. */
export const unaryPower = 13;

/** All values of a list of expressions: the last one may bring several. */
export function valuesOf(expressions: readonly Expression[]): (frame: Frame) => LuaValue[] {
  const last = expressions.at(-1)?.many;
  if (last === undefined) return (frame) => expressions.map((each) => each.one(frame));
  const head = expressions.slice(0, -1);
  return (frame) => [...head.map((each) => each.one(frame)), ...last(frame)];
}

/** A call of a function value. */
export function callOf(callee: Expression, args: readonly Expression[]): Expression {
  const values = valuesOf(args);
  const many = (frame: Frame): LuaValue[] => callValue(callee.one(frame), values(frame));
  return { one: (frame) => many(frame)[0], many };
}

/** `receiver:name(args)`, of strings only. */
export function methodOf(receiver: Expression, method: LuaFunction, args: readonly Expression[]): Expression {
  const values = valuesOf(args);
  const many = (frame: Frame): LuaValue[] => method([receiver.one(frame), ...values(frame)]);
  return { one: (frame) => many(frame)[0], many };
}

function callValue(callee: LuaValue, args: readonly LuaValue[]): LuaValue[] {
  if (typeof callee !== 'function') throw new LuaError(`attempt to call a ${typeName(callee)} value`);
  return callee(args);
}

/** `base[key]`. */
export function indexOf(base: Expression, key: Expression): Expression {
  return {
    one(frame) {
      const table = base.one(frame);
      if (!(table instanceof LuaTable)) throw new LuaError(`attempt to index a ${typeName(table)} value`);
      return table.get(key.one(frame));
    },
  };
}

/** A unary operator over an operand. */
export function unaryOf(operator: string, operand: Expression): Expression {
  if (operator === 'not') return { one: (frame) => !isTruthy(operand.one(frame)) };
  if (operator === '-') return { one: (frame) => -numberOf(operand.one(frame)) };
  return { one: (frame) => lengthOf(operand.one(frame)) };
}

function lengthOf(value: LuaValue): number {
  if (typeof value === 'string' || value instanceof LuaTable) return value.length;
  throw new LuaError(`attempt to get length of a ${typeName(value)} value`);
}

/** A binary operator over two operands. */
export function binaryOf(operator: string, left: Expression, right: Expression): Expression {
  if (operator === 'and') {
    return { one: (frame) => choose(left.one(frame), (value) => !isTruthy(value), right, frame) };
  }
  if (operator === 'or') return { one: (frame) => choose(left.one(frame), isTruthy, right, frame) };
  const operate = operations[operator];
  if (operate === undefined) throw new SyntaxError(`Lua: unknown operator ${operator}`);
  return { one: (frame) => operate(left.one(frame), right.one(frame)) };
}

function choose(value: LuaValue, isFinal: (value: LuaValue) => boolean, other: Expression, frame: Frame): LuaValue {
  return isFinal(value) ? value : other.one(frame);
}

const operations: Readonly<Record<string, (a: LuaValue, b: LuaValue) => LuaValue>> = {
  '==': (a, b) => a === b,
  '~=': (a, b) => a !== b,
  '<': (a, b) => isLess(a, b),
  '>': (a, b) => isLess(b, a),
  '<=': (a, b) => !isLess(b, a),
  '>=': (a, b) => !isLess(a, b),
  '..': (a, b) => asText(a) + asText(b),
  '+': (a, b) => numberOf(a) + numberOf(b),
  '-': (a, b) => numberOf(a) - numberOf(b),
  '*': (a, b) => numberOf(a) * numberOf(b),
  '/': (a, b) => numberOf(a) / numberOf(b),
  '%': (a, b) => numberOf(a) - Math.floor(numberOf(a) / numberOf(b)) * numberOf(b),
  '^': (a, b) => numberOf(a) ** numberOf(b),
};

function isLess(a: LuaValue, b: LuaValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  throw new LuaError(`attempt to compare ${typeName(a)} with ${typeName(b)}`);
}

function numberOf(value: LuaValue): number {
  const number = asNumber(value);
  if (number === undefined) throw new LuaError(`attempt to perform arithmetic on a ${typeName(value)} value`);
  return number;
}
