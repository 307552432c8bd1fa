const key = {
  name: 'key',
  in: 'path',
  required: true,
  description: 'The key, percent-encoded.',
  schema: { type: 'string' },
} as const;

const problem = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const answer = {
  type: 'object',
  required: ['event', 'node', 'outcome'],
  properties: {
    event: { const: 'answer' },
    node: { type: 'string' },
    outcome: { enum: ['hit', 'miss', 'error'] },
    code: { type: 'string', description: 'Of the error.' },
    flags: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
    size: { type: 'integer', minimum: 0, description: 'In bytes.' },
    encoding: { const: 'base64' },
    value: { type: 'string' },
  },
} as const;

const outcomes = {
  type: 'array',
  items: {
    type: 'object',
    required: ['node', 'outcome'],
    properties: {
      node: { type: 'string' },
      outcome: { enum: ['deleted', 'pending', 'error'] },
      code: { type: 'string', description: 'Of the error.' },
    },
  },
} as const;

const partial = (description: string): object => ({
  description,
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { type: 'object', required: ['outcomes'], properties: { outcomes } },
        ],
      },
    },
  },
});

/** What `memcacheNodes` serves, as `paths` of an OpenAPI 3.1 document that has a schema `Problem`. */
export const paths: Readonly<Record<string, object>> = {
  '/v1/nodes/{key}': {
    get: {
      summary: 'What each node holds under a key, in the order of their answers',
      parameters: [key],
      responses: {
        200: {
          description: 'One line, event or frame for each node. Ends when all have answered.',
          content: {
            'application/x-ndjson': { schema: answer },
            'text/event-stream': { schema: { type: 'string' } },
            'application/vnd.lockstep.frames': { schema: { type: 'string', format: 'binary' } },
          },
        },
        400: problem('The key breaks a rule.'),
        406: problem('Accept takes none of the forms.'),
        503: problem('Too many streams are open.'),
      },
    },
    delete: {
      summary: 'Deletes a key on every node',
      parameters: [
        key,
        {
          name: 'policy',
          in: 'query',
          description: 'Which nodes must confirm.',
          schema: { enum: ['all', 'first', 'quorum'], default: 'all' },
        },
      ],
      responses: {
        200: {
          description: 'The policy was met.',
          content: {
            'application/json': { schema: { type: 'object', required: ['outcomes'], properties: { outcomes } } },
          },
        },
        400: problem('The key or the policy breaks a rule.'),
        502: partial('The policy was not met: a node answered with an error.'),
        503: partial('The policy was not met: nodes did not answer.'),
      },
    },
  },
};
