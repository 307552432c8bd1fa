import type { LoadRequest } from '../read/load-request.ts';

/** Values that were brought lately, and how each is brought again: what a checker samples from. */
export interface Candidates {
  readonly size: number;
  offer(request: LoadRequest): void;
  /** Some of them at random, each once. */
  pick(count: number): readonly LoadRequest[];
  drop(key: string): void;
}

/** Holds up to `max`; beyond that each newcomer takes the place of one at random. */
export function createCandidates(max: number, random: () => number): Candidates {
  const requests: LoadRequest[] = [];
  const places = new Map<string, number>();

  function put(place: number, request: LoadRequest): void {
    requests[place] = request;
    places.set(request.key, place);
  }

  const below = (count: number): number => Math.min(count - 1, Math.floor(random() * count));

  return {
    get size() {
      return requests.length;
    },
    offer(request) {
      const known = places.get(request.key);
      if (known !== undefined) {
        requests[known] = request;
        return;
      }
      if (requests.length < max) {
        put(requests.length, request);
        return;
      }
      const place = below(max);
      places.delete(requests[place]!.key);
      put(place, request);
    },
    pick(count) {
      // The first steps of a shuffle (Fisher and Yates): what is in front was drawn.
      const drawn = Math.min(count, requests.length);
      for (let place = 0; place < drawn; place++) {
        const other = place + below(requests.length - place);
        const [one, two] = [requests[place]!, requests[other]!];
        put(place, two);
        put(other, one);
      }
      return requests.slice(0, drawn);
    },
    drop(key) {
      const place = places.get(key);
      if (place === undefined) return;
      places.delete(key);
      const last = requests.pop()!;
      if (place < requests.length) put(place, last);
    },
  };
}
