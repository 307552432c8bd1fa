/** What the guards add to the OpenAPI document: the admin routes. */
export const paths: Readonly<Record<string, object>> = {
  '/v1/admin/bans': {
    get: {
      operationId: 'getBans',
      summary: 'The lists in force, of the configuration and of the admin routes',
      security: [{ bearer: [] }],
      responses: { 200: lists('The lists in force'), ...refusals() },
    },
    put: {
      operationId: 'putBans',
      summary: 'Replaces the lists of the admin routes; a list that is left out stays',
      security: [{ bearer: [] }],
      parameters: [ifMatch()],
      requestBody: { required: true, content: { 'application/json': { schema: bodySchema() } } },
      responses: { 200: lists('The lists in force now'), ...changes() },
    },
    delete: {
      operationId: 'deleteBans',
      summary: 'Lifts all bans of the admin routes',
      security: [{ bearer: [] }],
      parameters: [ifMatch()],
      responses: { 204: { description: 'There are none now' }, ...changes() },
    },
  },
  '/v1/admin/bans/{range}': {
    parameters: [
      {
        name: 'range',
        in: 'path',
        required: true,
        description: 'An address or a CIDR range, with the slash as %2F',
        schema: { type: 'string' },
      },
    ],
    put: {
      operationId: 'putBan',
      summary: 'Bans a range, or renews the ban, for good or for a time',
      security: [{ bearer: [] }],
      parameters: [ifMatch()],
      requestBody: { required: false, content: { 'application/json': { schema: endSchema() } } },
      responses: { 200: lists('The lists in force now'), ...changes() },
    },
    delete: {
      operationId: 'deleteBan',
      summary: 'Lifts the ban of exactly this range',
      security: [{ bearer: [] }],
      parameters: [ifMatch()],
      responses: { 204: { description: 'Lifted' }, 404: problem('There is no such ban here'), ...changes() },
    },
  },
};

function problem(description: string): object {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/problem+json': { schema } } };
}

function refusals(): Record<string, object> {
  return {
    401: problem('No token, or one that is not known'),
    403: problem('The address is banned, or the token has no scope admin'),
    429: problem('Too many requests'),
    503: problem('The proxy, or the store of the bans, cannot do it now'),
  };
}

function changes(): Record<string, object> {
  return {
    400: problem('The range or the body is wrong'),
    412: problem('The lists have changed since the version of If-Match'),
    413: problem('The body is too large'),
    ...refusals(),
  };
}

function ifMatch(): object {
  const description = 'The ETag of the lists that the change is meant for';
  return { name: 'if-match', in: 'header', required: false, description, schema: { type: 'string' } };
}

function lists(description: string): object {
  const entry = {
    type: 'object',
    required: ['range', 'origin'],
    properties: {
      range: { type: 'string' },
      until: { type: 'string', format: 'date-time' },
      origin: { enum: ['configured', 'stored'] },
    },
  };
  const schema = {
    type: 'object',
    required: ['allow', 'ban'],
    properties: { allow: { type: 'array', items: entry }, ban: { type: 'array', items: entry } },
  };
  return {
    description,
    headers: { etag: { schema: { type: 'string' } } },
    content: { 'application/json': { schema } },
  };
}

function endSchema(): { readonly type: 'object'; readonly properties: Record<string, object> } {
  return {
    type: 'object',
    properties: {
      until: { type: 'string', format: 'date-time' },
      forSeconds: { type: 'number', exclusiveMinimum: 0 },
    },
  };
}

function bodySchema(): object {
  const { type, properties } = endSchema();
  const object = { type, required: ['range'], properties: { range: { type: 'string' }, ...properties } };
  const list = { type: 'array', items: { oneOf: [{ type: 'string' }, object] } };
  return { type: 'object', properties: { allow: list, ban: list } };
}
