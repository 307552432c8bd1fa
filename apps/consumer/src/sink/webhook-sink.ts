import { describeError } from '@lockstep/core';
import { FENCING_TOKEN_HEADER, formatFencingToken } from '@lockstep/lock';
import { type Dispatcher, Pool } from 'undici';

import { encodeBatch, encodeMessage } from './encode-messages.ts';
import type { Sink, Verdict } from './sink.ts';
import { verdictOf } from './verdict-of.ts';

/** Which webhook, and how it is called. */
export interface WebhookSinkOptions {
  readonly queue: string;
  readonly url: string;
  /** Sent as bearer token. @default none */
  readonly token?: string | undefined;
  /** How many requests at once. */
  readonly parallel: number;
  /** Messages of one request; with more than 1 the body is a list, even of one. @default 1 */
  readonly batch?: number | undefined;
  /** Milliseconds that an answer may take. @default 10000 */
  readonly timeoutMs?: number | undefined;
}

/** So much of an answer is looked at. */
const maxAnswerBytes = 65_536;

/** A sink that POSTs messages to a URL, with the headers `Lockstep-Fencing-Token` and `Idempotency-Key`. */
export function createWebhookSink(options: WebhookSinkOptions): Sink {
  const { queue, url, token: bearer, parallel, batch = 1, timeoutMs = 10_000 } = options;
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: parallel,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    async deliver({ token, messages, signal }) {
      const { body, contentType, idempotencyKey } =
        batch > 1 ? encodeBatch(queue, messages) : encodeMessage(queue, messages[0]!);
      try {
        const answer = await pool.request({
          method: 'POST',
          path: `${pathname}${search}`,
          signal,
          headers: {
            'content-type': contentType,
            [FENCING_TOKEN_HEADER]: formatFencingToken(token),
            'Idempotency-Key': idempotencyKey,
            'Lockstep-Queue': queue,
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          body,
        });
        return await read(answer);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        return { kind: 'unavailable', reason: `the sink cannot be reached: ${describeError(error)}` };
      }
    },
    close: () => pool.destroy(),
  };
}

async function read({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<Verdict> {
  const retryAfter = headers['retry-after'];
  const chunks: Buffer[] = [];
  if (status === 409) {
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxAnswerBytes) break;
      chunks.push(chunk);
    }
  } else {
    // The connection is used again once the answer was read.
    await body.dump({ limit: maxAnswerBytes });
  }
  return verdictOf({
    status,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    text: Buffer.concat(chunks).toString(),
  });
}
