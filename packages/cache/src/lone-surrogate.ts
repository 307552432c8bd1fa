/** A string as every Node that is supported has it; the types know it from ES2024 on. */
interface CheckedString {
  isWellFormed(): boolean;
}

/** Whether a text has half a surrogate pair, so that it has no UTF-8 form of its own. */
export function hasLoneSurrogate(text: string): boolean {
  return !(text as unknown as CheckedString).isWellFormed();
}
