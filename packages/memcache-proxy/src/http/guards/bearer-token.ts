import { createHash } from 'node:crypto';

/** What a token lets its bearer do. */
export type Scope = 'read' | 'write' | 'admin';

/** One bearer token. Give `sha256`, or the token itself where the app has it from the environment. */
export interface BearerToken {
  /** Says whose it is, in metrics and limits; unique. */
  readonly name: string;
  /** The SHA-256 of the token in hex: `printf %s "$TOKEN" | sha256sum`. */
  readonly sha256?: string;
  /** The token: letters, digits and `-._~+/`, at least 16 of them. */
  readonly token?: string;
  /** At least one. None of them includes another. */
  readonly scopes: readonly Scope[];
  /** Only keys that start with one of these; every key without it. */
  readonly prefixes?: readonly string[];
  /** When it ends: a date and time such as `2027-01-31T00:00:00Z`. @default never */
  readonly expiresAt?: string;
}

/** A token as the guards keep it. */
export interface KnownToken {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<Scope>;
  readonly prefixes: readonly Buffer[] | undefined;
  readonly expiresAtMs: number;
}

const SCOPES: readonly string[] = ['read', 'write', 'admin'];

/**
 * Checks one token of the configuration. A message never has the token in it.
 *
 * @throws TypeError or RangeError that names the token and what is wrong.
 */
export function readBearerToken(input: BearerToken): KnownToken {
  const { name, scopes, prefixes, expiresAt } = input;
  if (typeof name !== 'string' || name === '') throw new TypeError('a token must have a name');
  const fail = (problem: string): never => {
    throw new RangeError(`the token ${JSON.stringify(name)} ${problem}`);
  };
  if (!Array.isArray(scopes) || scopes.length === 0) fail('must have at least one scope: read, write or admin');
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) fail(`has the scope ${JSON.stringify(unknown)}, which is none of read, write, admin`);
  if (prefixes !== undefined && (prefixes.length === 0 || prefixes.includes(''))) {
    fail('must have key prefixes of at least one byte, or no list of them to allow every key');
  }
  const expiresAtMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  if (Number.isNaN(expiresAtMs)) fail(`has an expiresAt that is no date and time, such as 2027-01-31T00:00:00Z`);
  return {
    name,
    digest: readDigest(input, fail),
    scopes: new Set(scopes),
    prefixes: prefixes?.map((prefix) => Buffer.from(prefix)),
    expiresAtMs,
  };
}

/** Whether a key is within the token's prefixes. */
export function coversKey(token: KnownToken, key: string | Buffer): boolean {
  if (token.prefixes === undefined) return true;
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return token.prefixes.some(
    (prefix) => bytes.length >= prefix.length && prefix.compare(bytes, 0, prefix.length) === 0,
  );
}

function readDigest({ sha256, token }: BearerToken, fail: (problem: string) => never): Buffer {
  if ((sha256 === undefined) === (token === undefined)) return fail('must have either sha256 or token');
  if (sha256 !== undefined) {
    if (!/^[\da-f]{64}$/i.test(sha256)) return fail('must have 64 hexadecimal digits as sha256');
    return Buffer.from(sha256, 'hex');
  }
  if (token === undefined || !/^[\w.~+/-]{16,}=*$/.test(token)) {
    return fail('must have at least 16 letters, digits or -._~+/ as token');
  }
  return createHash('sha256').update(token).digest();
}
