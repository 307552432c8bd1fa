import { type Expression, type Frame, valuesOf } from './compile-expression.ts';
import type { Compiler } from './compile.ts';
import { asNumber, isTruthy, LuaError, type LuaValue } from './lua-value.ts';
import type { Scope } from './scope.ts';
import type { TokenReader } from './token-reader.ts';

/** What a statement leads to: the next one, the end of the loop, or the values of a return. */
export type Outcome = undefined | 'break' | LuaValue[];

/** A compiled statement or block. */
export type Block = (frame: Frame) => Outcome;

const closers = new Set(['end', 'else', 'elseif', 'until', 'end of input']);

/** Statements up to the end of the block, in this scope. */
export function blockOf(compiler: Compiler, scope: Scope): Block {
  const statements: Block[] = [];
  while (!closers.has(compiler.reader.kind)) {
    const statement = statementOf(compiler, scope);
    if (statement !== undefined) statements.push(statement);
  }
  return (frame) => {
    for (const statement of statements) {
      const outcome = statement(frame);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

function statementOf(compiler: Compiler, scope: Scope): Block | undefined {
  const { reader } = compiler;
  switch (reader.kind) {
    case ';':
      reader.next();
      return undefined;
    case 'local':
      return localOf(compiler, scope);
    case 'if':
      return ifOf(compiler, scope);
    case 'for':
      return forOf(compiler, scope);
    case 'while':
      return whileOf(compiler, scope);
    case 'repeat':
      return repeatOf(compiler, scope);
    case 'do': {
      reader.next();
      const body = blockOf(compiler, scope.block());
      reader.expect('end');
      return body;
    }
    case 'break':
      reader.next();
      return () => 'break';
    case 'return': {
      reader.next();
      const values = valuesOf(isAtEnd(reader) ? [] : compiler.list(scope));
      reader.skip(';');
      return values;
    }
    default:
      return assignmentOrCallOf(compiler, scope);
  }
}

function isAtEnd({ kind }: TokenReader): boolean {
  return closers.has(kind) || kind === ';';
}

function localOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  reader.expect('local');
  if (reader.skip('function')) {
    const variable = scope.declare(reader.expect('name').text);
    const body = compiler.functionBody(scope);
    return (frame) => {
      variable.assign(frame, body.one(frame));
      return undefined;
    };
  }
  const names = [reader.expect('name').text];
  while (reader.skip(',')) names.push(reader.expect('name').text);
  const values = valuesOf(reader.skip('=') ? compiler.list(scope) : []);
  const variables = names.map((name) => scope.declare(name));
  return (frame) => {
    const assigned = values(frame);
    for (const [index, variable] of variables.entries()) variable.assign(frame, assigned[index]);
    return undefined;
  };
}

function assignmentOrCallOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  const first = compiler.suffixed(scope);
  if (reader.kind !== '=' && reader.kind !== ',') {
    const { many } = first.value;
    if (many === undefined) throw new SyntaxError('Lua: a statement must be a call or an assignment');
    return (frame) => void many(frame);
  }
  const targets = [first.assign];
  while (reader.skip(',')) targets.push(compiler.suffixed(scope).assign);
  reader.expect('=');
  const values = valuesOf(compiler.list(scope));
  return (frame) => {
    const assigned = values(frame);
    for (const [index, assign] of targets.entries()) {
      // Redis protects the globals of its scripts.
      if (assign === undefined) throw new LuaError('Attempt to modify a readonly table');
      assign(frame, assigned[index]);
    }
    return undefined;
  };
}

function ifOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  const branches: { condition: Expression | undefined; body: Block }[] = [];
  reader.expect('if');
  do {
    const condition = compiler.expression(scope);
    reader.expect('then');
    branches.push({ condition, body: blockOf(compiler, scope.block()) });
  } while (reader.skip('elseif'));
  if (reader.skip('else')) branches.push({ condition: undefined, body: blockOf(compiler, scope.block()) });
  reader.expect('end');
  return (frame) => {
    for (const { condition, body } of branches) {
      if (condition === undefined || isTruthy(condition.one(frame))) return body(frame);
    }
    return undefined;
  };
}

function whileOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  reader.expect('while');
  const condition = compiler.expression(scope);
  const body = loopBodyOf(compiler, scope.block());
  return (frame) => {
    while (isTruthy(condition.one(frame))) {
      const outcome = body(frame);
      if (outcome === 'break') return undefined;
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

function repeatOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  reader.expect('repeat');
  const inner = scope.block();
  const body = blockOf(compiler, inner);
  reader.expect('until');
  const condition = compiler.expression(inner);
  return (frame) => {
    do {
      const outcome = body(frame);
      if (outcome === 'break') return undefined;
      if (outcome !== undefined) return outcome;
    } while (!isTruthy(condition.one(frame)));
    return undefined;
  };
}

function loopBodyOf(compiler: Compiler, scope: Scope): Block {
  compiler.reader.expect('do');
  const body = blockOf(compiler, scope);
  compiler.reader.expect('end');
  return body;
}

function forOf(compiler: Compiler, scope: Scope): Block {
  const { reader } = compiler;
  reader.expect('for');
  const names = [reader.expect('name').text];
  while (reader.skip(',')) names.push(reader.expect('name').text);
  const isNumeric = reader.skip('=');
  if (!isNumeric) reader.expect('in');
  const values = valuesOf(compiler.list(scope));
  const inner = scope.block();
  const variables = names.map((name) => inner.declare(name));
  const body = loopBodyOf(compiler, inner);
  const steps = isNumeric ? countedSteps : iteratedSteps;
  return (frame) => {
    for (const step of steps(values(frame))) {
      for (const [index, variable] of variables.entries()) variable.assign(frame, step[index]);
      const outcome = body(frame);
      if (outcome === 'break') return undefined;
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

function* countedSteps([from, to, by = 1]: readonly LuaValue[]): Generator<LuaValue[]> {
  const [start, end, step] = [asNumber(from), asNumber(to), asNumber(by)];
  if (start === undefined || end === undefined || step === undefined)
    throw new LuaError("'for' value must be a number");
  for (let each = start; step > 0 ? each <= end : each >= end; each += step) yield [each];
}

function* iteratedSteps([iterate, state, initial]: readonly LuaValue[]): Generator<LuaValue[]> {
  if (typeof iterate !== 'function') throw new LuaError('attempt to call a value that is not a function');
  let control = initial;
  for (;;) {
    const step = iterate([state, control]);
    control = step[0];
    if (control === undefined) return;
    yield step;
  }
}
