const classes: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  l: 'a-z',
  p: '!-\\/:-@\\[-`{-~',
  s: '\\s',
  u: 'A-Z',
  w: 'A-Za-z0-9',
  x: '0-9A-Fa-f',
  z: '\\x00',
};

const compiled = new Map<string, RegExp>();

/** A Lua pattern as a regular expression: classes, sets, captures, `* + - ?` and anchors; not `%b` and back references. */
export function luaPattern(source: string): RegExp {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = new RegExp(translate(source), 'gs');
  compiled.set(source, expression);
  return expression;
}

function translate(source: string): string {
  let out = '';
  let index = 0;
  if (source.startsWith('^')) {
    out = '^';
    index = 1;
  }
  while (index < source.length) {
    const char = source[index] ?? '';
    if (char === '%') {
      const next = source[index + 1] ?? '';
      if (next === 'b') throw new SyntaxError('Lua: %b is not simulated');
      out += classOf(next) ?? literal(next);
      index += 2;
    } else if (char === '[') {
      const [set, after] = setAt(source, index);
      out += set;
      index = after;
    } else {
      if (char === '$' && index === source.length - 1) out += '$';
      else if ('()*+?.'.includes(char)) out += char;
      else if (char === '-') out += '*?';
      else out += literal(char);
      index += 1;
    }
  }
  return out;
}

function setAt(source: string, start: number): [set: string, after: number] {
  let index = start + 1;
  let body = '';
  if (source[index] === '^') {
    body = '^';
    index++;
  }
  const first = index;
  while (index < source.length && (source[index] !== ']' || index === first)) {
    const char = source[index] ?? '';
    if (char === '%') {
      const next = source[++index] ?? '';
      body += classes[next] ?? literal(next);
    } else {
      body += char === '-' ? '-' : literal(char);
    }
    index++;
  }
  return [`[${body}]`, index + 1];
}

function classOf(letter: string): string | undefined {
  const within = classes[letter];
  if (within !== undefined) return `[${within}]`;
  const without = classes[letter.toLowerCase()];
  return without === undefined ? undefined : `[^${without}]`;
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
