import { PROBLEM_TYPE } from '../problem.ts';

/** An OpenAPI document, as far as this package makes one. Source: OpenAPI 3.1.0. */
export interface OpenapiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, object>>;
  readonly components: object;
}

/** The document for these paths. */
export function toOpenapiDocument(paths: Readonly<Record<string, object>>, version: string): OpenapiDocument {
  return {
    openapi: '3.1.0',
    info: { title: 'Lockstep memcache proxy', version },
    paths,
    components: {
      schemas: {
        Problem: {
          description: `An error as ${PROBLEM_TYPE} (RFC 9457)`,
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer', minimum: 400, maximum: 599 },
            detail: { type: 'string' },
            code: { type: 'string', description: 'Stable: match on this' },
          },
        },
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}
