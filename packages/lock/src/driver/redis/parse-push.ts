/** What Redis tells a process about one of its waiters. */
export type ParsedPush =
  | {
      readonly kind: 'grant';
      readonly base: string;
      readonly owner: string;
      readonly token: number;
      readonly ttlMs: number;
    }
  | { readonly kind: 'wake'; readonly base: string; readonly owner: string };

/** Reads `g|token|period|owner|base` and `w|owner|base`; undefined for anything else. */
export function parsePush(message: string): ParsedPush | undefined {
  const grant = /^g\|(\d+)\|(\d+)\|([^|]+)\|(.+)$/su.exec(message);
  if (grant !== null) {
    const [, token, ttlMs, owner, base] = grant;
    return { kind: 'grant', token: Number(token), ttlMs: Number(ttlMs), owner: owner!, base: base! };
  }
  const wake = /^w\|([^|]+)\|(.+)$/su.exec(message);
  return wake === null ? undefined : { kind: 'wake', owner: wake[1]!, base: wake[2]! };
}
