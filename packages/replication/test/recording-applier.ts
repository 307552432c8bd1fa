import type { Applier } from '../src/receiver/applier.ts';
import type { Operation } from '../src/operation/operation.ts';

/** What a cache would hold, and how it came to: every value a key ever had, in order. */
export class RecordingApplier implements Applier {
  readonly state = new Map<string, string>();
  readonly history = new Map<string, string[]>();
  batches = 0;
  readonly cleared: string[] = [];
  /** Called before a batch is applied; what it throws is what the applier throws. */
  before: () => Promise<void> | void = () => {};
  /** Called with each operation before it is applied. */
  check: (operation: Operation) => void = () => {};
  isRefusal: (error: unknown) => boolean = () => false;
  /** Called when it was applied, and before that is confirmed. */
  after: () => Promise<void> | void = () => {};

  async applyBatch(operations: readonly Operation[]): Promise<void> {
    await this.before();
    this.batches += 1;
    for (const operation of operations) {
      this.check(operation);
      const key = operation.key.toString();
      if (operation.kind === 'delete') {
        this.state.delete(key);
        continue;
      }
      const value = operation.value.toString();
      this.state.set(key, value);
      this.history.set(key, [...(this.history.get(key) ?? []), value]);
    }
    await this.after();
  }

  /** Drops what starts with a prefix. */
  async clear(prefixes: readonly Buffer[]): Promise<void> {
    await this.before();
    this.cleared.push(...prefixes.map(String));
    for (const key of this.state.keys()) {
      if (prefixes.some((prefix) => key.startsWith(prefix.toString()))) this.state.delete(key);
    }
  }

  /** How often a key, whose values are rising numbers, went back to an older one. */
  backwardSteps(): number {
    let steps = 0;
    for (const values of this.history.values()) {
      for (const [index, value] of values.entries())
        if (index > 0 && Number(value) < Number(values[index - 1])) steps += 1;
    }
    return steps;
  }
}
