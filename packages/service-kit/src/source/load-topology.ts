import { parseTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { createFileSource } from './file-source.ts';

/**
 * Reads a topology file from disk.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` when the file cannot be read, and as `parseTopology` does.
 */
export async function loadTopology(path: string): Promise<Topology> {
  const text = await createFileSource(path).read();
  return parseTopology(text ?? '', path);
}
