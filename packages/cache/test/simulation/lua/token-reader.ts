import { lex, type Token } from './lex.ts';

/** Reads tokens one after the other. */
export interface TokenReader {
  readonly kind: string;
  next(): Token;
  /** Takes the token when it is of this kind. */
  skip(kind: string): boolean;
  /** Takes a token of this kind, or throws. */
  expect(kind: string): Token;
  /** Whether the token after the present one is of this kind. */
  isFollowedBy(kind: string): boolean;
}

/** Reads the tokens of a source. */
export function createTokenReader(source: string): TokenReader {
  const tokens = lex(source);
  let index = 0;
  const at = (place: number): Token => tokens[Math.min(place, tokens.length - 1)] as Token;
  const reader: TokenReader = {
    get kind() {
      return at(index).kind;
    },
    next: () => at(index++),
    skip(kind) {
      if (at(index).kind !== kind) return false;
      index++;
      return true;
    },
    expect(kind) {
      if (at(index).kind !== kind) throw new SyntaxError(`Lua: expected ${kind}, found ${at(index).kind}`);
      return at(index++);
    },
    isFollowedBy: (kind) => at(index + 1).kind === kind,
  };
  return reader;
}
