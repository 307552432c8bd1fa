import { describe, expect, it } from 'vitest';

import { Ghosts } from '../../src/local/ghosts.ts';

const SPAN = 100;

describe('ghosts', () => {
  it('are remembered once', () => {
    const ghosts = new Ghosts();
    ghosts.add('a', 0, SPAN);
    expect(ghosts.take('b', 0, SPAN)).toBe(false);
    expect(ghosts.take('a', 0, SPAN)).toBe(true);
    expect(ghosts.take('a', 0, SPAN)).toBe(false);
  });

  it('belong to one store', () => {
    const ghosts = new Ghosts();
    ghosts.add('a', 1, SPAN);
    expect(ghosts.take('a', 2, SPAN)).toBe(false);
    expect(ghosts.take('a', 1, SPAN)).toBe(true);
  });

  it('are forgotten when so many others came after them', () => {
    const ghosts = new Ghosts();
    ghosts.add('early', 0, SPAN);
    for (let i = 0; i < 4; i++) ghosts.add(`${i}`, 0, SPAN);
    expect(ghosts.take('early', 0, 4)).toBe(false);
    expect(ghosts.take('early', 0, 5)).toBe(true);
  });

  it('are remembered for the most part when there is room for more of them', () => {
    const ghosts = new Ghosts();
    for (let i = 0; i < 8; i++) ghosts.add(`${i}`, 0, 8);
    ghosts.add('last', 0, 10_000);
    const known = Array.from({ length: 8 }, (_, i) => ghosts.take(`${i}`, 0, 10_000)).filter(Boolean);
    expect(known.length).toBeGreaterThan(4);
    for (let i = 0; i < 5000; i++) ghosts.add(`more ${i}`, 0, 10_000);
    const more = Array.from({ length: 5000 }, (_, i) => ghosts.take(`more ${i}`, 0, 10_000)).filter(Boolean);
    expect(more.length).toBeGreaterThan(3000);
  });

  it('tell long ids apart by their ends', () => {
    const ghosts = new Ghosts();
    ghosts.add(`${'x'.repeat(100_000)}a`, 0, SPAN);
    expect(ghosts.take(`${'x'.repeat(100_000)}b`, 0, SPAN)).toBe(false);
    expect(ghosts.take(`${'x'.repeat(99_999)}a`, 0, SPAN)).toBe(false);
    expect(ghosts.take(`${'x'.repeat(100_000)}a`, 0, SPAN)).toBe(true);
  });
});
