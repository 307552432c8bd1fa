import type { Operation } from '../operation/operation.ts';

/** An operation that cannot be carried out, though the place that it goes to works. */
export interface Poison {
  readonly operation: Operation;
  readonly error: unknown;
}

/** How operations are tried. */
export interface FindPoisonOptions {
  /** Carries operations out, or rejects. */
  readonly apply: (operations: readonly Operation[]) => Promise<void>;
  /** Whether an error says that the operation itself can never be carried out. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Whether there is time for one more attempt. */
  readonly hasTime: () => boolean;
}

/** More stores than these that fail while deletes are taken are not single bad operations: something is full, or broken. */
const MAX_FAILING_STORES = 100;

/**
 * Carries out the operations of a batch that fails, in ever smaller parts, and gives those that cannot be.
 * One is poison when its own error says so, or when it is a store and a delete of the same key is
 * confirmed right after it failed: what holds the key works, and does not take the value.
 *
 * @throws the error of an operation that is not poison: something is away, and the batch must wait.
 */
export async function findPoison(operations: readonly Operation[], options: FindPoisonOptions): Promise<Poison[]> {
  const found: Poison[] = [];
  let failingStores = 0;
  // The parts that are left, the next one last.
  const parts: (readonly Operation[])[] = [operations];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    try {
      await options.apply(part);
    } catch (error) {
      const isRefused = options.isRefusal(error);
      if (!options.hasTime() || (!isRefused && failingStores >= MAX_FAILING_STORES)) throw error;
      const [operation] = part;
      if (part.length === 1 && operation !== undefined) {
        await requirePoison(operation, { error, isRefused }, options);
        if (!isRefused) failingStores += 1;
        found.push({ operation, error });
      } else {
        const middle = part.length >> 1;
        parts.push(part.slice(middle), part.slice(0, middle));
      }
    }
  }
  return found;
}

async function requirePoison(
  operation: Operation,
  { error, isRefused }: { readonly error: unknown; readonly isRefused: boolean },
  options: FindPoisonOptions,
): Promise<void> {
  if (operation.kind === 'delete' && !isRefused) throw error;
  try {
    // A store that failed may have been carried out all the same, or an older value be there.
    if (operation.kind === 'set') await options.apply([{ kind: 'delete', key: operation.key }]);
  } catch {
    // Of the two failures the first one is the one to report.
    if (!isRefused) throw error;
  }
}
