import { describe, expect, it } from 'vitest';

import { renderLines, renderOneLine } from '../src/view/render.ts';
import { showLive } from '../src/view/show.ts';
import type { Snapshot } from '../src/view/snapshot.ts';

const counted = {
  fresh: 1400,
  stale: 30,
  loaded: 3,
  failed: 1,
  sourceCalls: 12,
  refreshes: 11,
  duplicates: 0,
  torn: 0,
};

const snapshot: Snapshot = {
  links: [
    { from: 'east', to: 'west', state: { lagMs: 3.4, queued: 1200, opsPerSecond: 45_000, tier: 'log' } },
    { from: 'west', to: 'east', state: undefined },
  ],
  pools: [{ region: 'east', nodes: 3, nodesUp: 2, items: 1204, hitRatio: 0.931 }],
  queues: [
    { region: 'east', queue: 'orders', leader: { name: 'consumer 2 of east', term: 3 }, accepted: 1200, waiting: 7 },
    { region: 'west', queue: 'orders', leader: undefined, accepted: 0, waiting: undefined },
  ],
  coupons: [
    { ...counted, region: 'east', refresher: 'refresher 1 of east', trouble: undefined },
    { ...counted, region: 'west', refresher: undefined, trouble: undefined, fresh: 0, duplicates: 2, torn: 1 },
    { ...counted, region: 'north', refresher: undefined, trouble: 'SQLite did not start' },
  ],
};

describe('the live view', () => {
  it('has a line per link, per pool and per queue, with who leads it and in which term, and three for coupons', () => {
    expect(renderLines(snapshot).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'east → west lag 3 ms queued 1,200 45,000 ops/s',
      'west → east shipper down',
      'pool east nodes 2/3 items 1,204 93 % hits',
      'queue east orders: led by consumer 2 of east in term 3 accepted 1,200 waiting 7',
      'queue west orders: nobody leads accepted 0 waiting –',
      'coupons east refreshed by refresher 1 of east',
      ' requests 1,434 fresh 1,400 stale 30 loaded 3',
      ' source calls 12 refreshes 11 duplicates 0 torn 0 failed 1',
      'coupons west nobody refreshes',
      ' requests 34 fresh 0 stale 30 loaded 3',
      ' source calls 12 refreshes 11 duplicates 2 torn 1 failed 1',
      'coupons north SQLite did not start',
      ' requests 1,434 fresh 1,400 stale 30 loaded 3',
      ' source calls 12 refreshes 11 duplicates 0 torn 0 failed 1',
    ]);
  });

  it('says the same on one line for a log', () => {
    expect(renderOneLine({ ...snapshot, coupons: snapshot.coupons.slice(0, 1) })).toBe(
      'east→west lag 3 ms, 1,200 queued, 45,000 ops/s · west→east shipper down · east 2/3 up, 1,204 items, 93 % hits' +
        ' · east orders led by consumer 2 of east in term 3, 1,200 accepted · west orders nobody leads, 0 accepted' +
        ' · east coupons 1,434 requests (1,400 fresh, 30 stale, 3 loaded, 1 failed), 12 source calls, 11 refreshes,' +
        ' 0 duplicates, 0 torn, refreshed by refresher 1 of east',
    );
  });

  it('says at which tier a journal is that does not take writes whole', () => {
    const state = { lagMs: 90_000, queued: 1_200_000, opsPerSecond: 0, tier: 'classes' as const };
    const full = { ...snapshot, links: [{ from: 'east', to: 'west', state }], pools: [], queues: [], coupons: [] };
    const [line = ''] = renderLines(full);
    expect(line).toMatch(/ops\/s {3}tier classes$/);
    expect(line.length).toBeLessThanOrEqual(80);
    expect(renderOneLine(full)).toBe('east→west lag 90,000 ms, 1,200,000 queued, 0 ops/s, tier classes');
  });

  it('cuts lines at the width of the terminal, so that drawing them again finds its place', async () => {
    const controller = new AbortController();
    const written: string[] = [];
    const output = {
      isTTY: true,
      columns: 20,
      write(text: string) {
        written.push(text);
        controller.abort();
      },
    };
    await showLive(async () => snapshot, output, controller.signal);
    const lines = written.join('').replaceAll('\u001B[2K', '').split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(20);
  });

  it.each([
    [true, 'east → west'],
    [false, 'east→west lag'],
  ])('writes for a terminal (%s) in its own way and ends with the signal', async (isTTY, expected) => {
    const controller = new AbortController();
    let written = '';
    const output = {
      isTTY,
      write(text: string) {
        written += text;
        controller.abort();
      },
    };
    await showLive(async () => snapshot, output, controller.signal);
    expect(written).toContain(expected);
  });
});
