import { type ConsumerRegion, type Region, ServiceError, type Topology } from '@lockstep/service-kit';

import { laneOf } from './lanes/lane-of.ts';

/**
 * The section `consumer` of a region.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` where there is none, or a lane expression is no JSON Pointer.
 */
export function consumerOf({ file }: Pick<Topology, 'file'>, { name, consumer }: Region): ConsumerRegion {
  if (consumer === undefined) {
    const problem = `the region ${name} of ${file} has no consumer; add consumer: { http: HOST:PORT, queues: … }`;
    throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [problem]);
  }
  const problems = [...consumer.queues].flatMap(([queue, { lanes }]) => {
    try {
      laneOf(lanes?.by);
      return [];
    } catch (error) {
      return [`${file}: regions.${name}.consumer.queues.${queue}.lanes.by: ${(error as Error).message}`];
    }
  });
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', problems);
  return consumer;
}
