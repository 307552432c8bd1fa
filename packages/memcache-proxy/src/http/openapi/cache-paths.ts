import { problemResponse, queryParameter, refusals } from './parts.ts';
import { deleteOperation, lifetimeParameters, putOperation, readOperations, storeFailures } from './value-parts.ts';

const count = {
  oneOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: String.raw`^\d{1,20}$` },
  ],
};
const patch = {
  type: 'object',
  additionalProperties: false,
  properties: { increment: count, decrement: count, initial: count, ttl: { type: 'integer', minimum: 1 } },
};

/** The path of one key, without its prefix. */
export const keyPath: Readonly<Record<string, unknown>> = {
  parameters: [
    {
      name: 'key',
      in: 'path',
      required: true,
      description: 'Any bytes, percent-encoded',
      schema: { type: 'string' },
    },
  ],
  ...readOperations('Value'),
  put: putOperation('Value'),
  post: {
    operationId: 'postValue',
    summary: 'Stores a value by the word in ?mode=',
    parameters: [
      queryParameter('mode', 'How to treat what is there', {
        enum: ['set', 'add', 'replace', 'append', 'prepend'],
        default: 'add',
      }),
      ...lifetimeParameters(),
    ],
    requestBody: { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
    responses: {
      204: { description: 'Stored' },
      404: problemResponse('There is no value to replace or to extend'),
      409: problemResponse('There is a value already'),
      ...storeFailures(),
    },
  },
  patch: {
    operationId: 'patchValue',
    summary: 'Counts, or sets the time to live',
    requestBody: { required: true, content: { 'application/json': { schema: patch } } },
    responses: {
      200: {
        description: 'The new count: a string where a number would not be exact',
        content: {
          'application/json': { schema: { type: 'object', required: ['value'], properties: { value: count } } },
        },
      },
      204: { description: 'The time to live is set' },
      404: problemResponse('There is no value'),
      409: problemResponse('The value is no number'),
      ...storeFailures(),
    },
  },
  delete: deleteOperation('Value', [
    queryParameter('stale', 'Instead, let the value be served as stale for that many seconds', {
      type: 'integer',
      minimum: 1,
    }),
  ]),
};

const batchContent = {
  'application/x-ndjson': { schema: { type: 'string' } },
  'application/vnd.lockstep.batch': { schema: { type: 'string', format: 'binary' } },
};
const batchFailures = {
  400: problemResponse('The batch is not well-formed; nothing of it was carried out'),
  413: problemResponse('The batch is too large; nothing of it was carried out'),
  ...refusals(),
};

/** The path of many keys to read. */
export const keysPath: Readonly<Record<string, unknown>> = {
  get: {
    operationId: 'getValues',
    summary: 'Reads many values, in one round trip per node',
    parameters: [
      queryParameter('keys', 'Percent-encoded keys, separated by commas'),
      queryParameter('key', 'One key; may be given many times', { type: 'array', items: { type: 'string' } }),
    ],
    responses: { 200: { description: 'An outcome for each key', content: batchContent }, ...batchFailures },
  },
};

/** The path of batches. */
export const batchPath: Readonly<Record<string, unknown>> = {
  post: {
    operationId: 'postBatch',
    summary: 'Carries out many operations',
    requestBody: { required: true, content: batchContent },
    responses: {
      200: { description: 'An outcome for each operation', content: batchContent },
      415: problemResponse('Neither of the two forms'),
      ...batchFailures,
    },
  },
};
