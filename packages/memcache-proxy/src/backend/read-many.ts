import type { GetOutcome, Key } from '@lockstep/memcache';

import type { BackendCallOptions, ReadOutcome } from './backend.ts';
import type { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { PoolLike } from './pool-like.ts';
import type { Route } from './route.ts';
import { getManyByPolicy } from './route-reads.ts';
import type { Routes } from './routes.ts';

/** The keys of one call that go the same way, as their positions in it. */
interface Group {
  readonly route: Route;
  readonly positions: number[];
}

/** Reads many keys, each by the policy of its class; see `Backend.getMany`. */
export function readMany(
  routes: Routes,
  keys: readonly Key[],
  options: BackendCallOptions | undefined,
): Promise<ReadOutcome[]> {
  if (routes.isSingle) return readAlike(routes.main, keys, options);
  const found = keys.map((key) => routes.find(key));
  // Classes that only differ in what becomes of writes share a round trip.
  const groups = new Map<Route | PoolLike, Group>();
  found.forEach((route, position) => {
    const way = route.isPlain ? route.first : route;
    const group = groups.get(way);
    if (group === undefined) groups.set(way, { route, positions: [position] });
    else group.positions.push(position);
  });
  return readGroups(found, [...groups.values()], keys, options);
}

async function readAlike(
  route: Route,
  keys: readonly Key[],
  options: BackendCallOptions | undefined,
): Promise<ReadOutcome[]> {
  route.readBegan(keys.length);
  try {
    const outcomes = await getManyByPolicy(route, keys, options);
    throwIfAborted(outcomes, options);
    return toReadOutcomes(outcomes, () => route);
  } finally {
    route.ended();
  }
}

async function readGroups(
  routes: readonly Route[],
  groups: readonly Group[],
  keys: readonly Key[],
  options: BackendCallOptions | undefined,
): Promise<ReadOutcome[]> {
  for (const route of routes) route.readBegan(1);
  try {
    const outcomes: GetOutcome[] = keys.map(() => undefined);
    const reads = groups.map(async ({ route, positions }) => {
      const wanted = positions.map((position) => keys[position]!);
      const found = await getManyByPolicy(route, wanted, options);
      found.forEach((outcome, index) => (outcomes[positions[index]!] = outcome));
    });
    await Promise.all(reads);
    throwIfAborted(outcomes, options);
    return toReadOutcomes(outcomes, (position) => routes[position]!);
  } finally {
    for (const route of routes) route.ended();
  }
}

/** An aborted call is no fault of a node. */
function throwIfAborted(outcomes: readonly GetOutcome[], options: BackendCallOptions | undefined): void {
  const signal = options?.signal;
  if (signal?.aborted === true && outcomes.includes(signal.reason as Error)) throw signal.reason;
}

/** Counts what was found, and turns the errors of pools into those of the proxy, one for all keys of a node. */
function toReadOutcomes(outcomes: GetOutcome[], routeOf: (position: number) => Route): ReadOutcome[] {
  let errors: Map<Error, MemcacheProxyError> | undefined;
  for (let position = 0; position < outcomes.length; position++) {
    const outcome = outcomes[position];
    const route = routeOf(position);
    if (!(outcome instanceof Error)) {
      route.found(outcome !== undefined);
      continue;
    }
    errors ??= new Map();
    let error = errors.get(outcome);
    if (error === undefined) errors.set(outcome, (error = route.readError(outcome)));
    else route.failed();
    outcomes[position] = error;
  }
  return outcomes as ReadOutcome[];
}
