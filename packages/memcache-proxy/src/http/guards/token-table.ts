import { hash, timingSafeEqual } from 'node:crypto';

import { type BearerToken, type KnownToken, readBearerToken, type Scope } from './bearer-token.ts';

/** What a request without a token may do, and who the tokens are. */
export interface TokenRules {
  /** @default [] */
  readonly tokens?: readonly BearerToken[];
  /** What requests without a token may do; `admin` cannot be given away. @default [] */
  readonly anonymous?: readonly ('read' | 'write')[];
}

/** What became of the credentials of a request. */
export type Authentication = { readonly bearer: KnownToken } | { readonly problem: 'missing' | 'invalid' };

/** A header value above this is not looked at. */
const MAX_HEADER_LENGTH = 1024;
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * The tokens that count now. A request is looked up by the SHA-256 of what it sent, so that neither
 * the cost nor the time depends on how many tokens there are or how much of one was guessed; what is
 * found is compared in constant time. The tokens themselves are not kept.
 */
export class TokenTable {
  #byDigest: ReadonlyMap<string, KnownToken> = new Map();
  #nobody: Authentication;

  /** @throws TypeError or RangeError that names the token and what is wrong. */
  constructor(rules: TokenRules) {
    this.#nobody = nobodyWith(rules.anonymous);
    this.replace(rules);
  }

  /**
   * Takes other tokens, from the next request on; all of them, or none when one is wrong.
   *
   * @throws TypeError or RangeError that names the token and what is wrong.
   */
  replace({ tokens = [], anonymous }: TokenRules): void {
    const nobody = nobodyWith(anonymous);
    const known = tokens.map((token) => readBearerToken(token));
    const names = known.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new RangeError(`two tokens have the name ${JSON.stringify(twice)}`);
    const byDigest = new Map(known.map((token) => [token.digest.toString('hex'), token]));
    if (byDigest.size < known.length) throw new RangeError('two tokens are the same: each name needs one of its own');
    this.#byDigest = byDigest;
    this.#nobody = nobody;
  }

  /**
   * Whose request it is, by its Authorization header. A token that is wrong is not taken for none;
   * without any tokens the header is left to whoever it is meant for.
   */
  authenticate(authorization: string | undefined, nowMs: number): Authentication {
    if (authorization === undefined || this.#byDigest.size === 0) return this.#nobody;
    const text = authorization.length <= MAX_HEADER_LENGTH ? BEARER.exec(authorization)?.[1] : undefined;
    if (text === undefined) return { problem: 'invalid' };
    const hex = hash('sha256', text, 'hex');
    const bearer = this.#byDigest.get(hex);
    const isSame = bearer !== undefined && timingSafeEqual(Buffer.from(hex, 'hex'), bearer.digest);
    return isSame && nowMs < bearer.expiresAtMs ? { bearer } : { problem: 'invalid' };
  }
}

/** What becomes of requests without a token. */
function nobodyWith(scopes: readonly Scope[] = []): Authentication {
  const wrong = scopes.find((scope) => scope !== 'read' && scope !== 'write');
  if (wrong !== undefined) {
    throw new RangeError(`anonymous may be read or write, got ${JSON.stringify(wrong)}: admin routes need a token`);
  }
  if (scopes.length === 0) return { problem: 'missing' };
  const digest = Buffer.alloc(0);
  const expiresAtMs = Number.POSITIVE_INFINITY;
  return { bearer: { name: '', digest, scopes: new Set(scopes), prefixes: undefined, expiresAtMs } };
}
