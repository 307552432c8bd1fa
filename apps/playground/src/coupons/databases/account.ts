import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** Who a program runs as; empty for the user of this process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** An account for a server that refuses to run as root; undefined when this is root and there is none of these users. */
export function accountFor(...users: readonly string[]): Account | undefined {
  if (userInfo().uid !== 0) return {};
  for (const user of users) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // There is no such user here: the next one may be.
    }
  }
  return undefined;
}
