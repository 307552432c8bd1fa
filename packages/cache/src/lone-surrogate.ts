const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a text has half a surrogate pair, so that it has no UTF-8 form of its own. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}
