import type { Socket } from 'node:net';

import { problemOf, PROBLEM_TYPE } from '../problem.ts';

/** Answers what no route has seen, as it is not a whole request, with a problem, and closes. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = problemFor(error.code);
  const body = JSON.stringify(problem);
  if (socket.writable) {
    const head = `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
    socket.write(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${head}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}

/** By the code that Node gives to bytes that are no request. */
function problemFor(code: string | undefined): ReturnType<typeof problemOf> {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return problemOf(408, 'ERR_HTTP_TIMEOUT', 'the request did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return problemOf(431, 'ERR_HTTP_HEADERS_TOO_LARGE', 'the headers are too large');
  return problemOf(400, 'ERR_HTTP_MALFORMED', 'this is no HTTP request');
}
