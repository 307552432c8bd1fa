import { KeyedTurns } from '../../src/backend/keyed-turns.ts';

/**
 * Asks the turns of the next backend that writes how many keys are held. They are private, and what is left
 * in them is what a soak is to find.
 */
export function captureTurns(): () => number {
  const { prototype } = KeyedTurns;
  const original = Object.getOwnPropertyDescriptor(prototype, 'tryEnter')!;
  let turns: KeyedTurns | undefined;
  Object.defineProperty(prototype, 'tryEnter', {
    ...original,
    value(this: KeyedTurns, key: string): boolean {
      // oxlint-disable-next-line typescript/no-this-alias -- it is what is asked for
      turns = this;
      Object.defineProperty(prototype, 'tryEnter', original);
      return this.tryEnter(key);
    },
  });
  return () => {
    if (turns === undefined) throw new Error('the backend has written nothing');
    return turns.size;
  };
}
