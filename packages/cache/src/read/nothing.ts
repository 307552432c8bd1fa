/** Stands in the store for an undefined that is kept (`negativeTtlMs`). */
export const NOTHING: unique symbol = Symbol('nothing');
