import { parseTopology } from '../topology/parse-topology.ts';
import { regionOf } from '../topology/region-of.ts';
import type { Region, Topology } from '../topology/topology.ts';
import type { App } from './app.ts';

/** One version of the topology as an app of one region sees it. */
export interface TopologyVersion {
  readonly topology: Topology;
  readonly region: Region;
}

/**
 * Reads a version, or looks at one that was read, and has the app look at it.
 *
 * @throws ServiceError with what is wrong.
 */
export function checkVersion(
  app: Pick<App, 'check'>,
  regionName: string,
  read: Topology | { readonly text: string; readonly source: string },
): TopologyVersion {
  const topology = 'text' in read ? parseTopology(read.text, read.source) : read;
  const region = regionOf(topology, regionName);
  app.check?.(topology, region);
  return { topology, region };
}
