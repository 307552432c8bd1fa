/** A reference to the schema of errors. */
const problemSchema = { $ref: '#/components/schemas/Problem' };

/** An answer that is a problem. */
export function problemResponse(description: string): object {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } };
}

/** A body or answer of any bytes. */
export function bytesContent(): object {
  return { '*/*': { schema: { type: 'string', format: 'binary' } } };
}

/** A parameter of the query. */
export function queryParameter(name: string, description: string, schema: object = { type: 'string' }): object {
  return { name, in: 'query', required: false, description, schema };
}

/** A header of a request. */
export function headerParameter(name: string, description: string): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

/** Headers of an answer, by name. */
export function answerHeaders(descriptions: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

/** What guards and a backend can answer to every request. */
export function refusals(): Record<string, object> {
  return {
    401: problemResponse('No token, or one that is not known'),
    403: problemResponse('The address, the token or the class of the key does not allow it'),
    429: problemResponse('Too many requests'),
    503: problemResponse('memcached, the write hook or the proxy cannot do it now'),
  };
}
