import { describe, expect, it } from 'vitest';

import { parseTopology } from '../../src/topology/parse-topology.ts';
import { linksFrom, regionOf } from '../../src/topology/region-of.ts';
import { sample } from './sample.ts';

const topology = parseTopology(sample, 't.yaml');

describe('regionOf', () => {
  it('gives the region of that name', () => {
    expect(regionOf(topology, 'west').redis).toBe('rediss://lockstep@west.example/2');
  });

  it('lists the regions there are when the name is unknown', () => {
    expect(() => regionOf(topology, 'north')).toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_KIT_UNKNOWN_REGION',
        problems: ['t.yaml has no region "north"; its regions are east and west'],
      }),
    );
  });

  it('guesses what a mistyped name stands for', () => {
    expect(() => regionOf(topology, 'wset')).toThrow('its regions are east and west; did you mean "west"?');
  });
});

describe('linksFrom', () => {
  it('links a region to every other one', () => {
    expect(linksFrom(topology, 'east')).toEqual([{ from: 'east', to: 'west', url: 'http://127.0.0.1:4533' }]);
    expect(linksFrom(topology, 'west')).toEqual([{ from: 'west', to: 'east', url: 'https://east.example:4513/base' }]);
  });
});
