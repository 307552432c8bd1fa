import { createHook } from 'node:async_hooks';

/** Something open that was made while it was watched. */
export interface LiveResource {
  /** Node's name for its kind, such as `Timeout` or `TCPSERVERWRAP`. */
  readonly type: string;
  /** The line that made it. */
  readonly madeAt: string;
}

// Kinds that live until somebody closes them. Requests, ticks and promises end by themselves.
const KINDS: ReadonlySet<string> = new Set([
  'DIRHANDLE',
  'FILEHANDLE',
  'FSEVENTWRAP',
  'MESSAGEPORT',
  'PIPESERVERWRAP',
  'PIPEWRAP',
  'PROCESSWRAP',
  'SIGNALWRAP',
  'STATWATCHER',
  'TCPSERVERWRAP',
  'TCPWRAP',
  'TTYWRAP',
  'Timeout',
  'UDPWRAP',
  'WORKER',
]);

/** Watches which resources are made and not closed, unref'ed ones too. */
export class LiveResources {
  readonly #live = new Map<number, LiveResource>();
  #isRecording = true;
  readonly #hook = createHook({
    init: (id, type) => {
      if (this.#isRecording && KINDS.has(type)) this.#live.set(id, { type, madeAt: callerOf(new Error('made here')) });
    },
    destroy: (id) => {
      this.#live.delete(id);
    },
  });

  start(): void {
    this.#hook.enable();
  }

  stop(): void {
    this.#hook.disable();
  }

  /** From here on only ends are noted, so that the wait for them is not itself a finding. */
  stopRecording(): void {
    this.#isRecording = false;
  }

  /** What is open now, by id. */
  snapshot(): ReadonlyMap<number, LiveResource> {
    return new Map(this.#live);
  }
}

/** The line of the stack nearest to the maker that is not Node's; or Node's own, when it was made in a callback. */
function callerOf(error: Error): string {
  const frames = error.stack?.split('\n').slice(1) ?? [];
  const others = frames.filter((line) => !/live-resources|node:internal\/async_hooks/.test(line));
  const frame = others.find((line) => !/node:|<anonymous>/.test(line)) ?? others.at(-1);
  return frame?.trim().replace(/^at /, '') ?? 'an unknown place';
}
