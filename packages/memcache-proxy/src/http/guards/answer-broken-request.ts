import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { type Problem, PROBLEM_TYPE } from '../problem.ts';

/** What Node says of bytes that are no request, by its code. */
const KNOWN: Readonly<Record<string, { readonly status: number; readonly detail: string; readonly code: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time', code: 'ERR_HTTP_TIMEOUT' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the headers are too large', code: 'ERR_HTTP_HEADERS_TOO_LARGE' },
};
const OTHER = { status: 400, detail: 'this is no HTTP request', code: 'ERR_HTTP_MALFORMED' };

/** Answers what no route has seen, as it is not a whole request, with a problem, and closes. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, detail, code } = KNOWN[error.code ?? ''] ?? OTHER;
  const title = STATUS_CODES[status]!;
  const problem: Problem = { type: 'about:blank', title, status, detail, code };
  const body = JSON.stringify(problem);
  if (socket.writable) {
    const head = `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
    socket.write(`HTTP/1.1 ${status} ${title}\r\n${head}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
