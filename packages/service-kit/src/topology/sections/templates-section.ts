import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** One parameter of a key template; the proxy says what each rule does. */
export interface TemplateParameter {
  readonly trim?: boolean;
  readonly lowercase?: boolean;
  readonly list?: boolean;
  readonly default?: string;
  readonly maxLength?: number;
  readonly integer?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly allow?: readonly string[];
  /** A regular expression that the whole value must match. */
  readonly pattern?: string;
}

/** A route of the HTTP face that makes a key of its URL. */
export interface TemplateRoute {
  /** Such as `/coupons?city=:city&page=:page`. */
  readonly url: string;
  /** Such as `coupons:{city}:{page}`. */
  readonly key: string;
  readonly params?: Readonly<Record<string, TemplateParameter>>;
  readonly ttlSeconds?: number;
  /** `PUT` and `DELETE` too. @default false */
  readonly isWritable?: boolean;
  /** What happens to query parameters that the template does not name. @default 'ignore' */
  readonly unknownParams?: 'ignore' | 'refuse';
  /** The source of `refresh.sources` that the route serves, in place of a pool; the key is one of that source. */
  readonly refresh?: string;
}

const flag = Type.Optional(Type.Boolean({ examples: ['true'] }));

const parameterSchema = Type.Object(
  {
    trim: flag,
    lowercase: flag,
    list: flag,
    default: Type.Optional(Type.String({ examples: ['"1"'] })),
    maxLength: Type.Optional(positiveInteger(100)),
    integer: flag,
    min: Type.Optional(Type.Number({ examples: [1] })),
    max: Type.Optional(Type.Number({ examples: [100] })),
    allow: Type.Optional(
      Type.Array(Type.String({ examples: ['oslo'] }), { minItems: 1, examples: ['[oslo, bergen]'] }),
    ),
    pattern: Type.Optional(Type.String({ minLength: 1, examples: ['"[a-z]+"'] })),
  },
  { additionalProperties: false, examples: ['{ lowercase: true }'] },
);

/** The section `templates` of a proxy. */
export const templatesSchema: Type.TSchema = Type.Array(
  Type.Object(
    {
      url: Type.String({ minLength: 1, examples: ['"/coupons?city=:city"'] }),
      key: Type.String({ minLength: 1, examples: ['"coupons:{city}"'] }),
      params: Type.Optional(
        Type.Record(Type.String(), parameterSchema, { examples: ['{ city: { lowercase: true } }'] }),
      ),
      ttlSeconds: Type.Optional(positiveInteger(600)),
      isWritable: flag,
      unknownParams: Type.Optional(Type.Enum(['ignore', 'refuse'], { examples: ['ignore'] })),
      refresh: Type.Optional(Type.String({ minLength: 1, examples: ['coupons'] })),
    },
    { additionalProperties: false, examples: ['{ url: "/coupons?city=:city", key: "coupons:{city}" }'] },
  ),
  { examples: ['[{ url: "/coupons?city=:city", key: "coupons:{city}" }]'] },
);
