import type { Scope } from './bearer-token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the guards should know of this route. */
    readonly guard?: RouteGuard;
  }
}

/** What a route asks of a token. */
export type RouteAccess = Scope | 'read-or-write' | 'public';

/** What a route says to the guards, as `config: { guard: … }`. */
export interface RouteGuard {
  /**
   * The scope that it takes; `read-or-write`: one of the two; `public`: none, and neither limits nor load shedding apply.
   * @default 'read' for GET, HEAD and OPTIONS, else 'write'
   */
  readonly access?: RouteAccess;
  /**
   * `checked`: its handler asks `request.allowsKey()` for every key that it touches. Without it a token
   * with key prefixes may use the route only where it has a parameter `:key`, which is checked then.
   */
  readonly keys?: 'checked';
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The scope that a request of this method takes on such a route. */
export function accessOf(method: string, guard: RouteGuard | undefined): RouteAccess {
  return guard?.access ?? (READING.has(method) ? 'read' : 'write');
}
