import { Type } from 'typebox';

/** What a bearer token of the HTTP face may do. */
export interface ProxyToken {
  /** Unique; it is what logs call the token. */
  readonly name: string;
  /** SHA-256 of the token in hexadecimal: the token itself is never in the file. */
  readonly sha256: string;
  readonly scopes: readonly ('read' | 'write' | 'admin')[];
  /** Keys that it may touch start with one of these. @default every key */
  readonly prefixes?: readonly string[];
  /** Moment in ISO 8601 after which it is worth nothing. @default never */
  readonly expiresAt?: string;
}

/** The section `tokens` of a proxy. */
export const tokensSchema: Type.TSchema = Type.Array(
  Type.Object(
    {
      name: Type.String({ minLength: 1, examples: ['web'] }),
      sha256: Type.String({ examples: ['<64 hexadecimal digits>'] }),
      scopes: Type.Array(Type.Enum(['read', 'write', 'admin'], { examples: ['read'] }), {
        minItems: 1,
        examples: ['[read, write]'],
      }),
      prefixes: Type.Optional(
        Type.Array(Type.String({ minLength: 1, examples: ['"user:"'] }), { minItems: 1, examples: ['["user:"]'] }),
      ),
      expiresAt: Type.Optional(Type.String({ examples: ['"2030-01-01T00:00:00Z"'] })),
    },
    { additionalProperties: false, examples: ['{ name: web, sha256: …, scopes: [read] }'] },
  ),
  { examples: ['[{ name: web, sha256: …, scopes: [read] }]'] },
);
