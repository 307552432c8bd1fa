/** What a value says about itself. */
export interface ToldValue {
  readonly key: string;
  readonly version: number;
}

/** A value that tells its key, its version and, by what fills it up, whether any byte of it is another. */
export function tell({ key, version }: ToldValue, bytes: number): Buffer {
  const head = `${key} ${version} `;
  return Buffer.from(head + filling(key, version, Math.max(0, bytes - head.length)), 'latin1');
}

/** What the value says, or undefined when not every byte of it is what `tell` wrote. */
export function told(value: Buffer): ToldValue | undefined {
  const text = value.toString('latin1');
  const [head, key, digits] = /^(\S+) (\d+) /.exec(text) ?? [];
  if (head === undefined || key === undefined) return undefined;
  const version = Number(digits);
  return text.slice(head.length) === filling(key, version, text.length - head.length) ? { key, version } : undefined;
}

/** The client flags that a version is stored with. */
export function flagsOf(version: number): number {
  return version % 65_536;
}

function filling(key: string, version: number, length: number): string {
  return `${key}=${version};`.repeat(Math.ceil(length / 4)).slice(0, length);
}
