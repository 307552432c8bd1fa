import type { Effect } from './history.ts';

/** What counts as work without a break. */
export interface Pace {
  /** From the last effect of one acquisition to the first of another, in ms. */
  readonly handOffMs: number;
  /** Between two effects of one acquisition, in ms: longer than a busy machine keeps a process waiting. */
  readonly stallMs: number;
}

/** A time, from one moment to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How a time was spent, in shares of it. */
export interface WorkingTime {
  /** Somebody worked. */
  readonly working: number;
  /** Nobody did, and no lock could give it to another: it belonged to a holder that was hit. */
  readonly owed: number;
}

/**
 * How a time was spent. Each effect stands for the time until the next one, up to a bound.
 *
 * @param owed for how long each holder that was hit had the lock without working.
 */
export function workingTime(
  effects: readonly Effect[],
  { from, to }: Span,
  { handOffMs, stallMs }: Pace,
  owed: readonly Span[] = [],
): WorkingTime {
  if (to <= from) return { working: 0, owed: 0 };
  const within = effects.filter(({ at }) => at >= from && at < to).toSorted((a, b) => a.at - b.at);
  const idle: Span[] = [{ from, to: within[0]?.at ?? to }];
  for (const [index, { at, session }] of within.entries()) {
    const next = within[index + 1];
    const restMs = next?.session === session ? stallMs : handOffMs;
    const until = next?.at ?? to;
    if (at + restMs < until) idle.push({ from: at + restMs, to: until });
  }
  const idleMs = lengthOf(idle);
  const owedMs = lengthOf(idle.flatMap((gap) => merged(owed).map((span) => commonOf(gap, span))));
  return { working: 1 - idleMs / (to - from), owed: owedMs / (to - from) };
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
}

function commonOf(a: Span, b: Span): Span {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

/** The same time without counting any of it twice. */
function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last === undefined || span.from > last.to) all.push(span);
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return all;
}
