const problem = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const stream = (description: string, line: object): object => ({
  description,
  content: {
    'text/event-stream': { schema: { type: 'string' } },
    'application/x-ndjson': { schema: line },
    'application/vnd.lockstep.frames': { schema: { type: 'string', format: 'binary' } },
  },
});

const end = {
  type: 'object',
  required: ['event', 'reason'],
  properties: { event: { const: 'end' }, reason: { enum: ['shutdown', 'idle'] } },
} as const;

const heartbeat = {
  type: 'object',
  required: ['event'],
  properties: { event: { const: 'heartbeat' }, id: { type: 'string' } },
} as const;

const item = {
  type: 'object',
  required: ['event', 'node', 'size'],
  properties: {
    event: { const: 'item' },
    node: { type: 'string' },
    size: { type: 'integer', minimum: 0, description: 'In bytes.' },
    encoding: { enum: ['utf8', 'base64'] },
    value: { type: 'string' },
  },
} as const;

const node = {
  type: 'object',
  required: ['event', 'node', 'state'],
  properties: {
    event: { const: 'node' },
    node: { type: 'string' },
    state: { enum: ['up', 'down'] },
    code: { type: 'string', description: 'Why it is down.' },
  },
} as const;

const id = { type: 'string', description: 'Resume after it.', example: '1700000000000-0' } as const;

const invalidate = {
  type: 'object',
  required: ['event', 'id', 'encoding', 'keys'],
  properties: {
    event: { const: 'invalidate' },
    id,
    encoding: { const: 'utf8' },
    keys: { type: 'array', items: { type: 'string' }, description: 'Forget them.' },
    tags: { type: 'array', items: { type: 'string' }, description: 'Forget what carries one of them.' },
    hashed: { const: true, description: 'With prefixes.' },
    prefixes: {
      type: 'array',
      items: { type: 'string' },
      description:
        'Forget every key of more than 186 bytes that begins with one of them: its hash is all that is known.',
    },
  },
} as const;

const reset = {
  type: 'object',
  required: ['event', 'id', 'reason'],
  description: 'Forget everything: entries were missed, or the namespace was cleared.',
  properties: { event: { const: 'reset' }, id, reason: { enum: ['trimmed', 'lost', 'cleared', 'slow'] } },
} as const;

const state = {
  type: 'object',
  required: ['event'],
  description: 'ready: all that was before is heard. stalled: nobody knows what was missed; it comes later.',
  properties: { event: { enum: ['ready', 'stalled'] }, id },
} as const;

/** What `memcacheStream` and `memcacheChanges` serve, as `paths` of an OpenAPI 3.1 document with a schema `Problem`. */
export const paths: Readonly<Record<string, object>> = {
  '/v1/stream/{queue}': {
    get: {
      summary: 'The items of a queue from all its nodes, until the client goes',
      description: 'What is read is taken from the queue: it needs the scope to write.',
      parameters: [
        { name: 'queue', in: 'path', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9_+-]{1,200}$' } },
      ],
      responses: {
        200: stream('Items as they come.', { oneOf: [item, node, heartbeat, end] }),
        400: problem('The name of the queue breaks a rule.'),
        403: problem('The queue is not open to clients.'),
        406: problem('Accept takes none of the forms.'),
        503: problem('Too many streams are open.'),
      },
    },
  },
  '/v1/changes': {
    get: {
      summary: 'The keys that holders of copies must forget',
      parameters: [
        {
          name: 'prefix',
          in: 'query',
          description: 'Only keys that begin with it; may occur more than once.',
          schema: { type: 'array', items: { type: 'string', maxLength: 250 }, maxItems: 100 },
          style: 'form',
          explode: true,
        },
        { name: 'after', in: 'query', description: 'The last event heard.', schema: { type: 'string' } },
        { name: 'Last-Event-ID', in: 'header', description: 'Goes before `after`.', schema: { type: 'string' } },
      ],
      responses: {
        200: stream('Events as they come.', { oneOf: [invalidate, reset, state, heartbeat, end] }),
        400: problem('The cursor or a prefix breaks a rule.'),
        403: problem('The token does not allow to read such keys.'),
        406: problem('Accept takes none of the forms.'),
        503: problem('Too many streams are open.'),
      },
    },
  },
};
