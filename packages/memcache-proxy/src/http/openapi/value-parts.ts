import { answerHeaders, bytesContent, headerParameter, problemResponse, queryParameter, refusals } from './parts.ts';

const seconds = { type: 'integer', minimum: 1 };

/**
 * `GET` and `HEAD` of one value, wherever its key comes from.
 *
 * @param more answers that only this route has, by status.
 */
export function readOperations(
  name: string,
  parameters: readonly object[] = [],
  more: Readonly<Record<number, object>> = {},
): Record<string, object> {
  const headers = answerHeaders({
    etag: 'The CAS value; another one for what the proxy inflated',
    'x-cache-flags': 'The 32-bit client flags',
    'x-cache': '"stale" when the value is served while it is replaced',
    'x-cache-refresh': 'This client is to store a new value, with this as If-Match',
    vary: 'accept-encoding for values that are stored compressed',
  });
  const operation = {
    parameters: [
      ...parameters,
      queryParameter('lease', 'On a miss, one client gets the right to store for that many seconds', seconds),
      queryParameter('refresh', 'Below that many remaining seconds one client is told to refresh', seconds),
      headerParameter('if-none-match', 'Entity tags that the client has'),
    ],
  };
  const missed = {
    ...problemResponse('There is no value; with x-cache-refresh this client is to store one'),
    headers: answerHeaders({
      'x-cache-refresh': 'The lease, for If-Match',
      'retry-after': 'Another client has the lease',
    }),
  };
  const failures = {
    400: problemResponse('The key or a parameter is wrong'),
    404: missed,
    502: problemResponse('The value cannot be inflated, or is too large when it is'),
    ...refusals(),
    ...more,
  };
  const whole = { description: 'The value', headers, content: bytesContent() };
  const unchanged = { description: 'The client has this version', headers: answerHeaders({ etag: 'The version' }) };
  const range = [headerParameter('range', 'One range of bytes'), headerParameter('if-range', 'An entity tag')];
  return {
    get: {
      operationId: `get${name}`,
      summary: 'Reads a value',
      parameters: [...operation.parameters, ...range],
      responses: {
        200: whole,
        206: { ...whole, description: 'A part of the value' },
        304: unchanged,
        416: problemResponse('No byte of the value is in the range'),
        ...failures,
      },
    },
    head: {
      operationId: `head${name}`,
      summary: 'Reads what is known of a value',
      parameters: operation.parameters,
      responses: { 200: { ...whole, content: {} }, 304: unchanged, ...failures },
    },
  };
}

/** `PUT` of one value. */
export function putOperation(name: string, parameters: readonly object[] = []): object {
  return {
    operationId: `put${name}`,
    summary: 'Stores a value',
    parameters: [
      ...parameters,
      ...lifetimeParameters(),
      headerParameter('if-match', 'The versions that may be replaced; "*" for any'),
      headerParameter('if-none-match', '"*": only when there is no value'),
    ],
    requestBody: { required: true, content: bytesContent() },
    responses: {
      204: { description: 'Stored' },
      412: problemResponse('Another version is stored'),
      ...storeFailures(),
    },
  };
}

/** `DELETE` of one value. */
export function deleteOperation(name: string, parameters: readonly object[] = []): object {
  return {
    operationId: `delete${name}`,
    summary: 'Deletes a value, or marks it as stale',
    parameters: [...parameters, headerParameter('if-match', 'The versions that may be deleted')],
    responses: {
      204: { description: 'Done' },
      400: problemResponse('The key, a parameter or a condition is wrong'),
      404: problemResponse('There was nothing'),
      412: problemResponse('Another version is stored'),
      ...refusals(),
    },
  };
}

/** How long a value is kept, and what its flags are. */
export function lifetimeParameters(): object[] {
  return [
    queryParameter('ttl', 'Seconds to live; for ever without it and without max-age', seconds),
    headerParameter('cache-control', 'max-age and stale-while-revalidate'),
    headerParameter('x-cache-flags', 'The 32-bit client flags, instead of what content-type says'),
  ];
}

/** How a store can fail, conditions aside. */
export function storeFailures(): Record<string, object> {
  return {
    400: problemResponse('The key, a parameter, a condition or the flags are wrong'),
    413: problemResponse('The value is too large'),
    415: problemResponse('The content type or encoding cannot be taken'),
    ...refusals(),
  };
}
