import { noTries, type Tries } from '../tries/tries.ts';
import type { DeliveryRules } from './delivery-rules.ts';

/** A message during which leaders have ended so often in a row is tried while nothing else is: then it is known which one it was. */
const ALONE = 2;

/** Whether the next attempt is to be noted before it begins. */
export function isSuspect({ refused, unfinished }: Tries): boolean {
  return refused + unfinished > 0;
}

/** Whether nothing else is to be under way during the next attempt. */
export function isTriedAlone({ unfinished }: Tries): boolean {
  return unfinished >= ALONE;
}

/** Whether leaders end of it: it was tried often enough, and alone at last. */
export function isDeadly(tries: Tries, { poison }: DeliveryRules): boolean {
  const { refused, unfinished } = tries;
  return poison.action === 'bury' && unfinished > ALONE && refused + unfinished >= poison.tries;
}

/** With an attempt that has begun and not ended. */
export function begun({ refused, unfinished }: Tries): Tries {
  return { refused, unfinished: unfinished + 1 };
}

/** With an attempt whose end was seen. */
export function ended({ refused }: Tries, isRefused: boolean): Tries {
  return { ...noTries, refused: refused + Number(isRefused) };
}
