import type { Backend, ReadOutcome } from '../../src/index.ts';

/** Calls of a backend that are wrong now and then. */
export type Fault = (backend: Backend) => Replacements;

interface PlantedFault {
  readonly fault: Fault;
  readonly lie: RegExp;
  /** In the direct calls, of which a hook has no stores. */
  readonly isDirect?: boolean;
}

/** Also what a backend need not have, and then has not. */
export type Replacements = { readonly [Name in keyof Backend]?: Backend[Name] | undefined };

/** Every so many calls are wrong. */
const EVERY = 20;

/** Faults that a soak must see, and what it must say of them. */
export const plantedFaults: Readonly<Record<string, PlantedFault>> = {
  "another key's value is answered": {
    lie: /nobody wrote/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      let last: Awaited<ReturnType<Backend['get']>>;
      return {
        async get(key, options) {
          const item = await backend.get(key, options);
          const wrong = isTurn() ? last : undefined;
          last = item ?? last;
          return wrong ?? item;
        },
      };
    },
  },
  'two answers of a batch are swapped': {
    lie: /nobody wrote/,
    fault: (backend) => ({
      async getMany(keys, options) {
        const [first, second, ...rest] = await backend.getMany(keys, options);
        return keys.length < 2 ? [first] : ([second, first, ...rest] satisfies ReadOutcome[]);
      },
    }),
  },
  'a delete is forgotten': {
    lie: /came after version \d+ was confirmed/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      return { delete: async (key, options) => isTurn() || backend.delete(key, options) };
    },
  },
  'the hook does not hear of a delete': {
    lie: /the hook has not heard of the delete/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      return { delete: async (key, options) => isTurn() || backend.delete(key, options) };
    },
  },
  'a set is confirmed and not carried out': {
    lie: /came after version \d+ was confirmed/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      return {
        async set(key, value, options) {
          if (!isTurn()) await backend.set(key, value, options);
        },
      };
    },
  },
  'a set is refused and carried out': {
    lie: /was refused, and read/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      return {
        async add(key, value, options) {
          const outcome = await backend.add(key, value, options);
          if (outcome !== 'stored' && isTurn()) await backend.set(key, value, options);
          return outcome;
        },
      };
    },
  },
  'a read is answered from an old copy': {
    lie: /came after version \d+ was confirmed/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      const copies = new Map<string, Awaited<ReturnType<Backend['read']>>>();
      return {
        async read(key, options) {
          const copy = copies.get(key.toString());
          if (copy !== undefined && isTurn()) return copy;
          const found = await backend.read(key, options);
          if (copy === undefined && found.status === 'hit') copies.set(key.toString(), found);
          return found;
        },
      };
    },
  },
  'flags are those of another value': {
    lie: /with the flags/,
    fault: (backend) => {
      const isTurn = now(EVERY);
      return {
        async set(key, value, options) {
          await backend.set(key, value, isTurn() ? { ...options, flags: 65_536 } : options);
        },
      };
    },
  },
  'a direct store is confirmed and not carried out': {
    isDirect: true,
    lie: /came after version \d+ was confirmed/,
    fault: ({ direct }) => {
      const isTurn = now(5);
      return {
        direct: {
          get: (key, taker) => direct!.get(key, taker),
          set(...call) {
            if (!isTurn()) return direct!.set(...call);
            queueMicrotask(() => call[6].onDone());
            return true;
          },
        },
      };
    },
  },
  'a direct read finds the value of another key': {
    isDirect: true,
    lie: /nobody wrote/,
    fault: ({ direct }) => {
      const isTurn = now(5);
      let last = '';
      return {
        direct: {
          get(key, taker) {
            const asked = isTurn() ? last : key;
            last = key;
            return direct!.get(asked, taker);
          },
          set: (...call) => direct!.set(...call),
        },
      };
    },
  },
  'a call never settles': {
    lie: /no reply within|was not answered/,
    fault: (backend) => {
      const isTurn = now(100);
      return { get: (key, options) => (isTurn() ? new Promise(() => {}) : backend.get(key, options)) };
    },
  },
};

/** A backend with what `current` has in place of its own. */
export function replaceCalls(backend: Backend, current: () => Replacements): Backend {
  return new Proxy(backend, {
    get(target, name) {
      const replaced = current();
      const call: unknown = name in replaced ? Reflect.get(replaced, name) : Reflect.get(target, name);
      return typeof call === 'function' ? (call.bind(target) as unknown) : call;
    },
  });
}

function now(every: number): () => boolean {
  let calls = 0;
  return () => ++calls % every === 0;
}
