import { describe, expect, it } from 'vitest';

import { askedPart, checkPart } from '../../src/refresh/asked-part.ts';

describe('what of an entry a request reads', () => {
  it.each([
    [{}, { kind: 'whole' }],
    [{ other: '1' }, { kind: 'whole' }],
    [{ page: '1' }, { kind: 'page', offset: 0, limit: 100 }],
    [{ limit: '10' }, { kind: 'page', offset: 0, limit: 10 }],
    [
      { page: '3', limit: '10' },
      { kind: 'page', offset: 20, limit: 10 },
    ],
    [{ element: '7' }, { kind: 'element', id: '7' }],
  ])('is what %j says', (query, part) => {
    expect(askedPart(query)).toEqual(part);
  });

  it.each([
    [{ page: '0' }, 'page must be a number from 1 to 1000000'],
    [{ page: '1.5' }, 'page must be a number'],
    [{ page: '-1' }, 'page must be a number'],
    [{ page: '1e3' }, 'page must be a number'],
    [{ limit: '1001' }, 'limit must be a number from 1 to 1000'],
    [{ limit: '' }, 'limit must be a number'],
    [{ page: ['1', '2'] }, 'page is given more than once'],
    [{ element: '' }, 'element is empty'],
    [{ element: 'a', page: '1' }, 'element does not go with page or limit'],
  ])('is refused for %j', (query, message) => {
    expect(() => askedPart(query)).toThrow(message);
  });

  it('fits the shape', () => {
    const page = { kind: 'page', offset: 0, limit: 1 } as const;
    for (const shape of ['hash', 'list', 'zset'] as const) expect(checkPart(page, shape)).toBeUndefined();
    expect(checkPart({ kind: 'element', id: 'a' }, 'hash')).toBeUndefined();
    expect(() => checkPart(page, 'value')).toThrow('this source has no pages');
    expect(() => checkPart({ kind: 'element', id: 'a' }, 'list')).toThrow('the elements of this source have no keys');
  });
});
