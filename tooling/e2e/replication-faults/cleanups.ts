/** What has to be undone, the last first; as AsyncDisposableStack, which Node 20 does not have. */
export class Cleanups implements AsyncDisposable {
  #undo: (() => PromiseLike<void> | void)[] = [];

  defer(undo: () => PromiseLike<void> | void): void {
    this.#undo.push(undo);
  }

  /** Another one that holds all of it; this one is empty then. */
  move(): Cleanups {
    const other = new Cleanups();
    other.#undo = this.#undo;
    this.#undo = [];
    return other;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.#undo.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'something could not be closed');
  }
}
