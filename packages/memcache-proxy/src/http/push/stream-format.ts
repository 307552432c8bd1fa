/** How a stream is written: server-sent events, one JSON object a line, or length-prefixed frames. */
export type StreamFormat = 'sse' | 'ndjson' | 'frames';

/** The media type of each form. */
export const STREAM_TYPES: Readonly<Record<StreamFormat, string>> = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  frames: 'application/vnd.lockstep.frames',
};

/** Other names that clients know a form by. */
const ALIASES: Readonly<Record<string, StreamFormat>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/vnd.lockstep.frames': 'frames',
};

/**
 * The form that an Accept header asks for: the one with the highest `q`, the first named among equals;
 * `fallback` where it takes anything; undefined where it takes none of them (RFC 9110, section 12.5.1).
 */
export function negotiateFormat(accept: string | undefined, fallback: StreamFormat): StreamFormat | undefined {
  if (accept === undefined || accept.trim() === '') return fallback;
  let best: StreamFormat | undefined;
  let bestQuality = 0;
  let bestRank = 0;
  const refused = new Set<StreamFormat>();
  const offers = accept.split(',').map((range) => parseRange(range, fallback));
  for (const { format, quality, rank } of offers) {
    if (format === undefined) continue;
    if (quality === 0) {
      if (rank === 3) refused.add(format);
      continue;
    }
    if (quality < bestQuality || (quality === bestQuality && rank <= bestRank)) continue;
    best = format;
    bestQuality = quality;
    bestRank = rank;
  }
  if (best === undefined || !refused.has(best)) return best;
  return (Object.keys(STREAM_TYPES) as StreamFormat[]).find((format) => !refused.has(format));
}

interface Offer {
  readonly format: StreamFormat | undefined;
  readonly quality: number;
  /** 3 for a type by its name, 2 for `type/*`, 1 for any. */
  readonly rank: number;
}

function parseRange(range: string, fallback: StreamFormat): Offer {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  const valid = quality >= 0 && quality <= 1 ? quality : 0;
  if (name === '*/*') return { format: fallback, quality: valid, rank: 1 };
  if (name === 'text/*') return { format: 'sse', quality: valid, rank: 2 };
  if (name === 'application/*') return { format: fallback === 'sse' ? 'ndjson' : fallback, quality: valid, rank: 2 };
  return { format: ALIASES[name], quality: valid, rank: 3 };
}
