import type { Mutation, PackedMutations } from '../src/index.ts';

/** Packs mutations one behind the other, with something before them. */
export function packMutations(mutations: readonly Mutation[]): PackedMutations {
  const count = mutations.length;
  const list = (): Uint32Array => new Uint32Array(count);
  const packed = {
    keyStarts: list(),
    keyEnds: list(),
    valueStarts: list(),
    valueEnds: list(),
    flags: list(),
    expiresAt: new Float64Array(count),
  };
  const parts: Buffer[] = [Buffer.from('head')];
  let end = 4;
  const add = (bytes: Buffer): number => {
    parts.push(bytes);
    end += bytes.length;
    return end;
  };
  mutations.forEach((mutation, index) => {
    packed.keyStarts[index] = end;
    packed.keyEnds[index] = add(mutation.key);
    if (mutation.kind === 'delete') return;
    packed.valueStarts[index] = end;
    packed.valueEnds[index] = add(mutation.value);
    packed.flags[index] = mutation.flags;
    packed.expiresAt[index] = mutation.expiresAt;
  });
  return { count, bytes: Buffer.concat(parts), ...packed };
}
