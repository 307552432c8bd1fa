import { compile, type Globals } from '../lua/compile.ts';
import { LuaError, LuaTable, type LuaValue, formatNumber } from '../lua/lua-value.ts';
import { standardLibrary, stringFunctions } from '../lua/standard-library.ts';
import { type Reply, ReplyError } from './reply.ts';

/** Runs a command from within a script. */
export type ScriptCall = (args: readonly string[]) => Reply;

type Chunk = ReturnType<typeof compile>;

const chunks = new Map<string, Chunk>();

/** Runs the text of a script as Redis does: the same Lua, the same conversions of replies. */
export function runScript(lua: string, keys: readonly string[], args: readonly string[], call: ScriptCall): Reply {
  let chunk = chunks.get(lua);
  if (chunk === undefined) {
    chunk = compile(lua);
    chunks.set(lua, chunk);
  }
  try {
    return replyOf(chunk(globalsOf(keys, args, call))[0]);
  } catch (error) {
    if (error instanceof LuaError) {
      throw new ReplyError(error.value instanceof LuaTable ? error.message : `ERR user_script: ${error.message}`);
    }
    throw error;
  }
}

const libraries = new WeakMap<ScriptCall, LuaTable>();

function globalsOf(keys: readonly string[], args: readonly string[], call: ScriptCall): Globals {
  const own = new Map<string, LuaValue>([
    ['redis', libraryOf(call)],
    ['KEYS', LuaTable.of(keys)],
    ['ARGV', LuaTable.of(args)],
  ]);
  return { get: (name) => own.get(name) ?? standardLibrary.get(name), stringMethods: stringFunctions };
}

/** What `redis` is in a script. */
function libraryOf(call: ScriptCall): LuaTable {
  const known = libraries.get(call);
  if (known !== undefined) return known;
  const run = (values: readonly LuaValue[]): LuaValue[] => [luaOf(call(values.map(argumentOf)))];
  const library = new LuaTable();
  const members: [string, LuaValue][] = [
    ['call', (values) => orRaise(() => run(values))],
    ['pcall', (values) => orReturn(() => run(values))],
    ['error_reply', ([text]) => [tagged('err', text)]],
    ['status_reply', ([text]) => [tagged('ok', text)]],
  ];
  for (const [name, member] of members) library.set(name, member);
  libraries.set(call, library);
  return library;
}

function tagged(name: string, value: LuaValue): LuaTable {
  const table = new LuaTable();
  table.set(name, value);
  return table;
}

function orRaise(run: () => LuaValue[]): LuaValue[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof ReplyError) throw new LuaError(tagged('err', error.message));
    throw error;
  }
}

function orReturn(run: () => LuaValue[]): LuaValue[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof ReplyError) return [tagged('err', error.message)];
    throw error;
  }
}

function argumentOf(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value.toFixed(0) : formatNumber(value);
  throw new LuaError('Lua redis lib command arguments must be strings or integers');
}

function luaOf(reply: Reply): LuaValue {
  if (reply === null) return false;
  if (typeof reply !== 'object') return reply;
  return 'status' in reply ? tagged('ok', reply.status) : LuaTable.of(reply.map(luaOf));
}

function replyOf(value: LuaValue): Reply {
  if (value === undefined || value === false || typeof value === 'function') return null;
  if (value === true) return 1;
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string') return value;
  const error = value.get('err');
  if (typeof error === 'string') throw new ReplyError(error);
  const status = value.get('ok');
  if (typeof status === 'string') return { status };
  return value.list.map(replyOf);
}
