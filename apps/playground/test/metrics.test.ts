import { describe, expect, it } from 'vitest';

import { parseMetrics } from '../src/view/metrics.ts';

describe('parseMetrics', () => {
  it('reads names, labels and values and passes comments over', () => {
    const text = '# HELP lag seconds\n# TYPE lag gauge\nlag{from="east",to="west"} 0.25\nup 1\n\nbroken\n';
    expect(parseMetrics(text)).toEqual([
      { name: 'lag', labels: { from: 'east', to: 'west' }, value: 0.25 },
      { name: 'up', labels: {}, value: 1 },
    ]);
  });
});
