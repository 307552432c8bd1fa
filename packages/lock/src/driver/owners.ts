/** What a process is called, and the owners it makes. */
export interface Owners {
  readonly processId: string;
  /** `<processId>:<n>`, never the same twice. */
  readonly nextOwner: () => string;
}

/** Names a process by 80 random bits. */
export function createOwners(random: () => number): Owners {
  const part = (): string =>
    Math.floor(random() * 2 ** 40)
      .toString(36)
      .padStart(8, '0');
  const processId = part() + part();
  let count = 0;
  return { processId, nextOwner: () => `${processId}:${++count}` };
}
