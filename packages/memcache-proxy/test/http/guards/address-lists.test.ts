import { describe, expect, it } from 'vitest';

import { AddressLists } from '../../../src/http/guards/address-lists.ts';
import { parseIpAddress } from '../../../src/http/guards/ip-address.ts';

const later = 1_800_000_000_000;
const until = new Date(later).toISOString();

describe('an address that is asked for again', () => {
  it('is kept out from the moment of a ban on, and let in when it is lifted', () => {
    const lists = new AddressLists();
    const address = parseIpAddress('192.0.2.1')!;
    expect(lists.admits(address, 0)).toBe(true);
    for (const origin of ['configured', 'stored'] as const) {
      lists.replace(origin, { ban: ['192.0.2.0/24'] });
      expect(lists.admits(address, 0)).toBe(false);
      lists.replace(origin, {});
      expect(lists.admits(address, 0)).toBe(true);
    }
  });

  it('is kept out when its permission has ended, and let in when its ban has', () => {
    const allowed = new AddressLists({ allow: [{ range: '192.0.2.1', until }] });
    const banned = new AddressLists({ ban: [{ range: '192.0.2.1', until }] });
    const address = parseIpAddress('192.0.2.1')!;
    const moments = [later - 2, later - 1, later, later + 1];
    expect(moments.map((nowMs) => allowed.admits(address, nowMs))).toEqual([true, true, false, false]);
    expect(moments.map((nowMs) => banned.admits(address, nowMs))).toEqual([false, false, true, true]);
  });

  it('is not let in by the lists of another instance', () => {
    const address = parseIpAddress('192.0.2.1')!;
    expect(new AddressLists().admits(address, 0)).toBe(true);
    expect(new AddressLists({ ban: ['192.0.2.1'] }).admits(address, 0)).toBe(false);
  });
});
