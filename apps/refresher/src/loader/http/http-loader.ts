import { createHash } from 'node:crypto';

import { describeError } from '@lockstep/core';
import { type LoadRequest, unchanged } from '@lockstep/refresh';
import type { RefreshHttpLoader } from '@lockstep/service-kit';
import { type Dispatcher, Pool } from 'undici';

import { RefresherError } from '../../refresher-error.ts';
import type { Loader } from '../loader.ts';
import { fillUrl } from './fill-url.ts';
import { readValidator, writeValidator } from './http-validator.ts';
import { readPointer } from './json-pointer.ts';

/** What a source over HTTP is loaded with. */
export interface HttpLoaderOptions extends RefreshHttpLoader {
  /** All of them, with secrets in place of their names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the answer must be a list; what is empty is `null` otherwise. */
  readonly isList: boolean;
  /** The longest answer. */
  readonly maxBytes: number;
  /** Connections at once. */
  readonly connections: number;
  /** Milliseconds that a connection, or a pause of the answer, may take. */
  readonly timeoutMs: number;
}

const maxRedirects = 3;

/** Loads a JSON document by GET, with `If-None-Match` and `If-Modified-Since` where something is stored. */
export function createHttpLoader(options: HttpLoaderOptions): Loader {
  const { url: template, items = '', connections, timeoutMs, isList, notFound = 'error' } = options;
  const { origin } = new URL(template.replaceAll(/[{}]/g, '_'));
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const scope = createHash('sha256')
    .update(JSON.stringify([template, items, isList]))
    .digest('base64')
    .slice(0, 12);
  return {
    async load(request) {
      const url = fillUrl(template, request);
      const known = readValidator(request.validator, scope);
      const headers = {
        accept: 'application/json',
        ...options.headers,
        'accept-encoding': 'identity',
        ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
        ...(known?.modified === undefined ? {} : { 'if-modified-since': known.modified }),
      };
      const response = await follow(pool, url, headers, request, options);
      const { statusCode } = response;
      if (statusCode === 304 && known !== undefined) {
        await response.body.dump();
        return unchanged;
      }
      if (notFound === 'empty' && (statusCode === 404 || statusCode === 410)) {
        await response.body.dump();
        return { data: isList ? [] : null };
      }
      if (statusCode !== 200) {
        await response.body.dump();
        throw new RefresherError('ERR_REFRESHER_ANSWER', `the source answers ${statusCode}`);
      }
      const document = parse(await readBody(response, request.signal, options));
      const data = readPointer(document, items);
      if (data === undefined) throw new RefresherError('ERR_REFRESHER_ANSWER', `the answer has nothing at ${items}`);
      if (isList && !Array.isArray(data)) {
        throw new RefresherError('ERR_REFRESHER_ANSWER', `the answer has no list at ${items || 'its root'}`);
      }
      const validator = writeValidator(
        { etag: one(response, 'etag'), modified: one(response, 'last-modified') },
        scope,
      );
      return { data, validator };
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** Asks, and follows redirects where that is allowed. All of it goes to the one origin of the pool. */
async function follow(
  pool: Pool,
  first: URL,
  headers: Record<string, string>,
  { signal }: LoadRequest,
  { redirects = 'refuse' }: HttpLoaderOptions,
): Promise<Dispatcher.ResponseData> {
  let url = first;
  for (let hop = 0; ; hop++) {
    const response = await ask(pool, url, headers, signal);
    const { statusCode } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode)) return response;
    await response.body.dump();
    const location = one(response, 'location') ?? '';
    if (redirects === 'refuse') {
      throw new RefresherError('ERR_REFRESHER_ANSWER', `the source answers ${statusCode}; redirects are refused`);
    }
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (next?.origin !== first.origin) {
      throw new RefresherError('ERR_REFRESHER_ANSWER', `the source answers ${statusCode} to another origin`);
    }
    if (hop >= maxRedirects) throw new RefresherError('ERR_REFRESHER_ANSWER', `more than ${maxRedirects} redirects`);
    url = next;
  }
}

async function ask(
  pool: Pool,
  { pathname, search }: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request({ method: 'GET', path: pathname + search, headers, signal });
  } catch (error) {
    throw toSourceError(error, signal);
  }
}

async function readBody(
  { body, headers }: Dispatcher.ResponseData,
  signal: AbortSignal,
  { maxBytes }: HttpLoaderOptions,
): Promise<Buffer> {
  const tooLarge = (): RefresherError =>
    new RefresherError('ERR_REFRESHER_TOO_LARGE', `the answer is longer than ${maxBytes} bytes`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (Number(headers['content-length']) > maxBytes) throw tooLarge();
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw new RefresherError('ERR_REFRESHER_ANSWER', 'the answer is compressed, which was not asked for');
    }
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw tooLarge();
    }
    return Buffer.concat(chunks);
  } catch (error) {
    // What is left of it is not waited for.
    body.on('error', () => undefined).destroy();
    throw toSourceError(error, signal);
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    // The message of the parser quotes the text.
    void error;
    throw new RefresherError('ERR_REFRESHER_ANSWER', 'the answer is not JSON in UTF-8');
  }
}

function one({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function toSourceError(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof RefresherError) return error;
  if (signal.aborted) return signal.reason;
  const message = `the source cannot be reached: ${describeError(error)}`;
  return new RefresherError('ERR_REFRESHER_UNREACHABLE', message, { cause: error });
}
