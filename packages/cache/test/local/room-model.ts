import { createLocalRoom, type LocalRoom, type LocalRoomOptions } from '../../src/local/local-room.ts';
import type { LocalStore } from '../../src/local/local-store.ts';

interface Held {
  readonly value: number;
  readonly until: number;
  readonly meta: string | undefined;
  readonly weight: number;
}

/** One call of one of the stores. `number` is a value, a moment or a weight. */
export interface Step {
  readonly verb: keyof typeof verbs;
  readonly region: number;
  readonly id: string;
  readonly until: number;
  readonly weight: number;
}

/** A room with three stores, and for each a Map from which is removed what the store says was pushed out. */
export class ModelledRoom {
  readonly room: LocalRoom;
  readonly stores: readonly LocalStore<number, string>[];
  readonly models: readonly Map<string, Held>[] = [new Map(), new Map(), new Map()];
  readonly maxWeight: number;
  /** What was said to be pushed out and was not as the model has it. */
  readonly wrong: unknown[] = [];
  evicted = 0;

  constructor(bounds: LocalRoomOptions) {
    this.maxWeight = bounds.maxWeight ?? Infinity;
    this.room = createLocalRoom(bounds);
    this.stores = this.models.map((model) =>
      this.room.region<number, string>({
        onEvict: (id, value, meta) => {
          this.evicted++;
          const held = model.get(id);
          if (held?.value !== value || held.meta !== meta) this.wrong.push({ id, value, meta, held });
          model.delete(id);
        },
      }),
    );
  }

  get held(): Held[] {
    return this.models.flatMap((model) => [...model.values()]);
  }

  /** Does a step on both sides. @returns what the store said, and what the model says */
  take(step: Step): readonly [unknown, unknown] {
    return verbs[step.verb](this, this.stores[step.region]!, this.models[step.region]!, step);
  }
}

type Verb = (
  all: ModelledRoom,
  store: LocalStore<number, string>,
  model: Map<string, Held>,
  step: Step,
) => readonly [unknown, unknown];

let lastValue = 0;

const verbs = {
  set({ maxWeight }, store, model, { id, until, weight }) {
    const held = { value: ++lastValue, until, meta: until % 2 === 0 ? undefined : `meta ${until}`, weight };
    const isKept = store.set(id, held.value, until, held.meta, weight);
    if (isKept) model.set(id, held);
    else model.delete(id);
    return [isKept, weight <= maxWeight];
  },
  get: (_, store, model, { id }) => [store.get(id), model.get(id)?.value],
  getFresh(_, store, model, { id, until: now }) {
    const held = model.get(id);
    return [store.getFresh(id, now), held !== undefined && held.until > now ? held.value : undefined];
  },
  setUntil(_, store, model, { id, until }) {
    const held = model.get(id);
    if (held !== undefined) model.set(id, { ...held, until });
    return [store.setUntil(id, until), held !== undefined];
  },
  delete: (_, store, model, { id }) => [store.delete(id), model.delete(id)],
  clear(_, store, model) {
    store.clear();
    model.clear();
    return [store.size, 0];
  },
  empty({ room, models }) {
    room.empty();
    for (const model of models) model.clear();
    return [room.size, 0];
  },
} satisfies Record<string, Verb>;
