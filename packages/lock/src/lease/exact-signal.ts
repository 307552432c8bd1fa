/** A signal that is right at the moment at which it is asked. */
export interface ExactSignal {
  /** Its `aborted`, `reason` and `throwIfAborted` look at the clock; whoever listens hears of it at the latest then. */
  readonly signal: AbortSignal;
  /** Aborts if there is a reason now. */
  readonly look: () => void;
}

const isAborted = nativeGetter('aborted') as (signal: AbortSignal) => boolean;
const reasonOf = nativeGetter('reason');

const lookAt = Symbol('look');

type WatchedSignal = AbortSignal & { [lookAt]: () => void };

/** What an exact signal has instead of what every signal has. */
const exactPrototype = Object.create(AbortSignal.prototype, {
  aborted: {
    get(this: WatchedSignal) {
      this[lookAt]();
      return isAborted(this);
    },
  },
  reason: {
    get(this: WatchedSignal) {
      this[lookAt]();
      return reasonOf(this);
    },
  },
  throwIfAborted: {
    value(this: WatchedSignal) {
      this[lookAt]();
      if (isAborted(this)) throw reasonOf(this);
    },
  },
}) as AbortSignal;

/**
 * A signal that asks `reasonNow` whenever somebody looks at it. A timer is late after the process was paused or its
 * event loop was blocked; this is not. Signals made from it by `AbortSignal.any` are as late as timers again.
 *
 * @param reasonNow the error to abort with, or undefined as long as all is well; it must not throw.
 */
export function createExactSignal(reasonNow: () => Error | undefined): ExactSignal {
  const controller = new AbortController();
  const signal = controller.signal as WatchedSignal;
  const look = (): void => {
    if (isAborted(signal)) return;
    const reason = reasonNow();
    if (reason !== undefined) controller.abort(reason);
  };
  signal[lookAt] = look;
  // Half the cost of properties of its own.
  Object.setPrototypeOf(signal, exactPrototype);
  return { signal, look };
}

/** The property as it is before an instance has one of its own. */
function nativeGetter(name: 'aborted' | 'reason'): (signal: AbortSignal) => unknown {
  const property = Object.getOwnPropertyDescriptor(AbortSignal.prototype, name)!;
  return (signal) => property.get!.call(signal);
}
