import { type ClientRequest, get, type IncomingMessage } from 'node:http';

import { readFrames } from './read-frames.ts';
import { readSse } from './read-sse.ts';

/** An event as a client saw it, whatever the form. */
export interface SeenEvent {
  readonly event: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

/** A client of a stream, over a connection of its own. */
export interface StreamClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly response: IncomingMessage;
  readonly events: SeenEvent[];
  /** All that came, as text. */
  text(): string;
  /** Events of one kind. */
  of(event: string): SeenEvent[];
  /** Stops reading, so that the socket fills up; goes on reading. */
  pause(): void;
  resume(): void;
  /** Resolves when the server has ended the response whole (true), or it was cut off. */
  readonly ended: Promise<boolean>;
  hangUp(): void;
}

export interface StreamRequest {
  readonly port: number;
  readonly path: string;
  readonly accept?: string;
  readonly headers?: Record<string, string>;
}

/** Opens a stream and resolves when its headers are there. */
export async function openStream({ port, path, accept, headers = {} }: StreamRequest): Promise<StreamClient> {
  const request: ClientRequest = get({
    host: '127.0.0.1',
    port,
    path,
    agent: false,
    headers: accept === undefined ? headers : { accept, ...headers },
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  request.on('error', () => {});
  const chunks: Buffer[] = [];
  const events: SeenEvent[] = [];
  const read = readerFor(String(response.headers['content-type']), (event) => events.push(event));
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    read(chunk);
  });
  response.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => resolve(response.complete));
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    response,
    events,
    text: () => Buffer.concat(chunks).toString(),
    of: (event) => events.filter((seen) => seen.event === event),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    ended,
    hangUp: () => void request.destroy(),
  };
}

function readerFor(type: string, onEvent: (event: SeenEvent) => void): (chunk: Buffer) => void {
  if (type.startsWith('text/event-stream')) return readSse(onEvent);
  if (type.startsWith('application/x-ndjson')) return readLines((line) => onEvent(JSON.parse(line) as SeenEvent));
  if (type.startsWith('application/vnd.lockstep.frames')) return readFrames(onEvent);
  return () => {};
}

function readLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
