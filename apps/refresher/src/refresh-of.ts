import { checkPlan } from '@lockstep/refresh';
import { type RefreshRegion, type Region, ServiceError, type Topology } from '@lockstep/service-kit';

import { planOf } from './engine/plan-of.ts';

/**
 * The section `refresh` of a region.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` where there is none, or a schedule makes no sense.
 */
export function refreshOf({ file }: Pick<Topology, 'file'>, { name, refresh }: Region): RefreshRegion {
  if (refresh === undefined) {
    const problem = `the region ${name} of ${file} has no refresh; add refresh: { http: HOST:PORT, sources: … }`;
    throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', [problem]);
  }
  const problems = [...refresh.sources].flatMap(([source, section]) => {
    const plan = planOf(source, section);
    if (plan === undefined) return [];
    try {
      checkPlan(plan);
      return [];
    } catch (error) {
      return [`${file}: regions.${name}.refresh.sources.${source}.schedule: ${(error as Error).message}`];
    }
  });
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', problems);
  return refresh;
}
