import { describeListing } from '../../../operations/replay/list.ts';

describe('a listing', () => {
  it('is told in lines that line up', () =>
    expect(
      describeListing({
        records: 12_345,
        keys: 1,
        types: [
          ['OrderPlaced', 12_000],
          ['no event', 345],
        ],
        hours: [['2026-11-22T10', 12_345]],
      }),
    ).toBe(
      [
        '12,345 records of 1 key',
        '  OrderPlaced    12,000',
        '  no event          345',
        'by hour of arrival (UTC)',
        '  2026-11-22T10  12,345',
      ].join('\n'),
    ));

  it('is short where there is nothing', () =>
    expect(describeListing({ records: 0, keys: 0, types: [], hours: [] })).toBe('0 records of 0 keys'));
});
