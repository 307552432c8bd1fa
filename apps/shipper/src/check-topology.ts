import * as zlib from 'node:zlib';

import { type Region, ServiceError, type Topology } from '@lockstep/service-kit';

/**
 * Looks at what only this process can judge in a topology.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` for a compression that this version of Node does not have.
 */
export function checkTopology(
  { file }: Pick<Topology, 'file'>,
  { name, shipper }: Pick<Region, 'name' | 'shipper'>,
): void {
  if (shipper.compression !== 'zstd' || 'zstdCompress' in zlib) return;
  const problem = `${file}: regions.${name}.shipper.compression is zstd, which Node ${process.versions.node} does not have; use brotli, or Node 22.15 or later`;
  throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [problem]);
}
