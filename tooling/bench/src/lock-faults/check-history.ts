import type { Effect } from './history.ts';

/** What a history has that it should not, or should. */
export interface Findings {
  /** Effects in the history. */
  readonly effects: number;
  /** Acquisitions that had an effect. */
  readonly sessions: number;
  /** Effects that came after the first one of a later acquisition. */
  readonly stale: number;
  /** How long after that first one the last stale effect came, at worst, in ms. */
  readonly staleForMs: number;
  /** Stale effects that a resource which refuses older tokens than it has seen would let through. */
  readonly staleAccepted: number;
  /** The acquisitions of the worker that had most to those of the one that had fewest, of all that had one. */
  readonly unfairness: number;
  /** Acquisitions whose token was not greater than those of all that began before them. */
  readonly disorderedTokens: number;
}

interface Session {
  readonly session: string;
  readonly worker: number;
  readonly beganAt: number;
  readonly token: number | undefined;
}

/**
 * Looks for two holders at once. Who came later is told by first effects, not by tokens, so that it works for libraries
 * without tokens, and so that a token that is wrong is found.
 */
export function checkHistory(history: readonly Effect[]): Findings {
  const effects = history.toSorted((a, b) => a.at - b.at);
  const sessions = sessionsOf(effects);
  const stale = staleEffects(effects, sessions);
  const accepted = acceptedByTokens(effects);
  return {
    effects: effects.length,
    sessions: sessions.length,
    stale: stale.length,
    staleForMs: Math.max(0, ...stale.map(({ forMs }) => forMs)),
    staleAccepted: stale.filter(({ effect }) => accepted.has(effect)).length,
    unfairness: unfairnessOf(sessions),
    disorderedTokens: countDisorder(sessions),
  };
}

/** In the order of their first effects. */
function sessionsOf(effects: readonly Effect[]): Session[] {
  const sessions = new Map<string, Session>();
  for (const { session, worker, at, token } of effects) {
    if (!sessions.has(session)) sessions.set(session, { session, worker, beganAt: at, token });
  }
  return [...sessions.values()];
}

function staleEffects(effects: readonly Effect[], sessions: readonly Session[]): { effect: Effect; forMs: number }[] {
  const ranks = new Map(sessions.map(({ session }, rank) => [session, rank]));
  return effects.flatMap((effect) => {
    const next = sessions[ranks.get(effect.session)! + 1];
    return next === undefined || effect.at <= next.beganAt ? [] : [{ effect, forMs: effect.at - next.beganAt }];
  });
}

/** What a resource takes that remembers the greatest token; one that is not sent is not refused. */
function acceptedByTokens(effects: readonly Effect[]): ReadonlySet<Effect> {
  let newest = 0;
  return new Set(
    effects.filter(({ token }) => {
      if (token === undefined) return true;
      const isAccepted = token >= newest;
      newest = Math.max(newest, token);
      return isAccepted;
    }),
  );
}

function unfairnessOf(sessions: readonly Session[]): number {
  const counts = new Map<number, number>();
  for (const { worker } of sessions) counts.set(worker, (counts.get(worker) ?? 0) + 1);
  return counts.size === 0 ? 1 : Math.max(...counts.values()) / Math.min(...counts.values());
}

function countDisorder(sessions: readonly Session[]): number {
  let newest = 0;
  let disordered = 0;
  for (const { token } of sessions) {
    if (token === undefined) continue;
    if (token <= newest) disordered += 1;
    newest = Math.max(newest, token);
  }
  return disordered;
}
