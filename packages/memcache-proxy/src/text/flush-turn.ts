/** What wants to write at the end of a turn of the event loop. */
export interface Flushable {
  flush(): void;
  /** It has a bug, and is not to be written to any more. */
  broken(error: unknown): void;
}

let waiting: Flushable[] = [];

/**
 * Calls `flush` once every callback of this turn has run. Every socket's data is a callback of its own, so that
 * only then there is anything to gather. Add each connection once per turn.
 */
export function flushAtTurnEnd(connection: Flushable): void {
  if (waiting.push(connection) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const connections = waiting;
  waiting = [];
  for (const connection of connections) {
    try {
      connection.flush();
    } catch (error) {
      // Those after it would never be written to again: each of them counts on being here.
      connection.broken(error);
    }
  }
}
