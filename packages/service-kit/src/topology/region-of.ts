import { ServiceError } from '../service-error.ts';
import { closestWord, listWords } from '../suggestion.ts';
import type { Link, Region, Topology } from './topology.ts';

/**
 * The region of that name.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_UNKNOWN_REGION` that lists the regions there are.
 */
export function regionOf(topology: Topology, name: string): Region {
  const region = topology.regions.get(name);
  if (region !== undefined) return region;
  const known = [...topology.regions.keys()];
  const close = closestWord(name, known);
  const hint = close === undefined ? '' : `; did you mean ${JSON.stringify(close)}?`;
  throw new ServiceError('ERR_SERVICE_KIT_UNKNOWN_REGION', [
    `${topology.file} has no region ${JSON.stringify(name)}; its regions are ${listWords(known)}${hint}`,
  ]);
}

/**
 * The links that leave a region: one to every other region, in the order of the file.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_UNKNOWN_REGION` when the topology has no such region.
 */
export function linksFrom(topology: Topology, name: string): Link[] {
  const from = regionOf(topology, name);
  return [...topology.regions.values()]
    .filter((region) => region !== from)
    .map((to) => ({ from: name, to: to.name, url: to.receiver.url }));
}
