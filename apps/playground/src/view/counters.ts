import type { MetricSample } from './metrics.ts';

/** Adds up counters of processes that start again from zero when they were killed. */
export class Counters {
  readonly #last = new Map<string, number>();
  readonly #totals = new Map<string, number>();

  /**
   * Takes what a process says now. What it counted between the last time and its death is lost.
   *
   * @param process tells it from the others
   * @param samples undefined while it does not answer
   */
  take(process: string, samples: readonly MetricSample[] | undefined): void {
    for (const { name, labels, value } of samples ?? []) {
      const counter = [name, ...Object.entries(labels).map(([label, text]) => `${label}=${text}`)].join(' ');
      const key = `${process} ${counter}`;
      const before = this.#last.get(key) ?? 0;
      this.#last.set(key, value);
      this.#totals.set(counter, (this.#totals.get(counter) ?? 0) + (value < before ? value : value - before));
    }
  }

  /** What all processes counted, by name and labels. */
  total(name: string, ...labels: readonly string[]): number {
    return this.#totals.get([name, ...labels].join(' ')) ?? 0;
  }
}
