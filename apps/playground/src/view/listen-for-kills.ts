/** A terminal's input, as far as it is used. */
export interface KeyInput {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', listener: (keys: Buffer) => void): unknown;
  off(event: 'data', listener: (keys: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Who hears of keys and signals. */
export interface KillListeners {
  /** The key `k`, or SIGUSR2. */
  readonly onKill: () => void;
  /** Ctrl-C, which a terminal in this mode hands over as a key. */
  readonly onInterrupt: () => void;
}

const ctrlC = '\u0003';

/** Listens for the key `k` on a terminal, and for SIGUSR2 everywhere. Returns what ends that. */
export function listenForKills(input: KeyInput, { onKill, onInterrupt }: KillListeners): () => void {
  const onKeys = (keys: Buffer): void => {
    const text = keys.toString();
    if (text.includes(ctrlC)) onInterrupt();
    else if (text.includes('k')) onKill();
  };
  process.on('SIGUSR2', onKill);
  const isTerminal = input.isTTY === true;
  if (isTerminal) {
    input.setRawMode?.(true);
    input.on('data', onKeys);
    input.resume();
  }
  return () => {
    process.off('SIGUSR2', onKill);
    if (!isTerminal) return;
    input.off('data', onKeys);
    input.setRawMode?.(false);
    input.pause();
  };
}
