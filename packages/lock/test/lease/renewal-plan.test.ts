import { describe, expect, it } from 'vitest';

import { planRenewals } from '../../src/lease/renewal-plan.ts';

const lease = (renewAt: number, restMs: number, isRenewing = false) => ({ ttlMs: 1200, renewAt, restMs, isRenewing });

describe('planRenewals', () => {
  it('says when to look again where nothing is due', () => {
    const plan = planRenewals([lease(500, 900), lease(400, 800)], 0);
    expect(plan).toEqual({ lost: [], due: [], nextAt: 400 });
  });

  it('takes along what is nearly due, so that one call is enough', () => {
    const due = lease(100, 800);
    const near = lease(190, 800);
    const far = lease(210, 800);
    expect(planRenewals([due, near, far], 100).due).toEqual([due, near]);
    expect(planRenewals([near, far], 100).due).toEqual([]);
  });

  it('does not renew twice what is on its way, and looks at it when it would run out', () => {
    const plan = planRenewals([lease(50, 300, true)], 100);
    expect(plan).toEqual({ lost: [], due: [], nextAt: 400 });
  });

  it('gives up what has run out', () => {
    const over = lease(500, 0);
    expect(planRenewals([over, lease(500, 1)], 100)).toEqual({ lost: [over], due: [], nextAt: 101 });
  });

  it('never looks again when there is nothing', () => {
    expect(planRenewals([], 100)).toEqual({ lost: [], due: [], nextAt: Infinity });
  });
});
