import type { Verdict } from './sink.ts';

/** The statuses of a sink that is not there, not right or not ready, rather than of a message that it does not want. */
const unavailable = new Set([401, 403, 404, 407, 408, 410, 421, 425, 429, 502, 503, 504]);

/** What was answered. */
export interface SinkAnswer {
  readonly status: number;
  /** The header `retry-after`. */
  readonly retryAfter: string | undefined;
  /** The beginning of the body, as text. */
  readonly text: string;
}

/** What an answer of a sink means. No word of its body goes into the reason. */
export function verdictOf({ status, retryAfter, text }: SinkAnswer): Verdict {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 409 && codeIn(text) === 'ERR_LOCK_STALE_TOKEN') return { kind: 'stale' };
  const reason = `the sink answered ${status}`;
  if (status < 400 || unavailable.has(status)) return { kind: 'unavailable', reason, againInMs: delayOf(retryAfter) };
  return { kind: 'refused', reason };
}

function codeIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds (RFC 9110, section 10.2.3); a date is passed over. */
function delayOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/u.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}
