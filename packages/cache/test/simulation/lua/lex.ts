/** A piece of Lua source. `kind` is `name`, `number`, `string`, `end`, or the symbol or keyword itself. */
export interface Token {
  readonly kind: string;
  readonly text: string;
}

const keywords = new Set(
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);

const pattern =
  /(?<space>\s+|--\[\[[^]*?\]\]|--[^\n]*)|(?<name>[A-Za-z_]\w*)|(?<number>0x[\da-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?<long>\[\[[^]*?\]\])|(?<string>"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*')|(?<symbol>\.\.\.|\.\.|==|~=|<=|>=|[-+*/%^#<>=(){}[\];:,.])/y;

/** Cuts Lua 5.1 source into tokens; the last one is `end of input`. */
export function lex(source: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(source)?.groups;
    if (groups === undefined) throw new SyntaxError(`Lua: cannot read ${JSON.stringify(source.slice(at, at + 20))}`);
    const token = tokenOf(groups);
    if (token !== undefined) tokens.push(token);
  }
  tokens.push({ kind: 'end of input', text: '' });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>): Token | undefined {
  const { name, number, long, string, symbol } = groups;
  if (name !== undefined) return { kind: keywords.has(name) ? name : 'name', text: name };
  if (number !== undefined) return { kind: 'number', text: number };
  if (long !== undefined) return { kind: 'string', text: long.slice(2, -2).replace(/^\n/, '') };
  if (string !== undefined) return { kind: 'string', text: unescape(string.slice(1, -1)) };
  return symbol === undefined ? undefined : { kind: symbol, text: symbol };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', b: '\b' };

function unescape(body: string): string {
  return body.replace(/\\(\d{1,3}|[^])/g, (_, code: string) =>
    /^\d/.test(code) ? String.fromCharCode(Number(code)) : (escapes[code] ?? code),
  );
}
