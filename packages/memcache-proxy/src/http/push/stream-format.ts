import { negotiate } from '../negotiate.ts';

/** How a stream is written: server-sent events, one JSON object a line, or length-prefixed frames. */
export type StreamFormat = 'sse' | 'ndjson' | 'frames';

/** The media type of each form. */
export const STREAM_TYPES: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  frames: 'application/vnd.lockstep.frames',
};

const types: Readonly<Record<string, StreamFormat>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/vnd.lockstep.frames': 'frames',
};

/** The form that an Accept header asks for; `fallback` where it takes anything; undefined where it takes none of them. */
export function negotiateFormat(accept: string | undefined, fallback: StreamFormat): StreamFormat | undefined {
  const ranges = { 'text/*': 'sse', 'application/*': fallback === 'sse' ? 'ndjson' : fallback } as const;
  return negotiate(accept, { types, fallback, ranges });
}
