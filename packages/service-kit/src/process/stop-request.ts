/** A wish that the process ends, from whoever runs it. */
export interface StopRequest {
  /** Aborts at the first wish. */
  readonly signal: AbortSignal;
  /** Resolves at the first wish with what it was. */
  readonly asked: Promise<string>;
  /** Asks on behalf of somebody else; false when it has been asked already. */
  ask(what: string): boolean;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Listens for SIGTERM, SIGINT and, where the process was forked with an IPC channel, for the end of
 * the parent. The first one asks; a second signal exits at once with 128 plus the signal's number.
 */
export function listenForStop(): StopRequest {
  const controller = new AbortController();
  let resolve: (what: string) => void = () => undefined;
  const asked = new Promise<string>((settle) => {
    resolve = settle;
  });
  const ask = (what: string): boolean => {
    if (controller.signal.aborted) return false;
    controller.abort(new DOMException(`the process was asked to stop by ${what}`, 'AbortError'));
    resolve(what);
    return true;
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (!ask(name)) process.exit(exitCodes[name]);
    });
  }
  const orphaned = (): boolean => ask('the end of its parent');
  // A parent may end while its child still reads its code; without a channel this is undefined.
  if ((process.connected as boolean | undefined) === false) orphaned();
  else process.once('disconnect', orphaned);
  return { signal: controller.signal, asked, ask };
}
