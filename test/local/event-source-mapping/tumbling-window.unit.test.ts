import { describe, expect, it } from '@jest/globals';
import { maximumStateBytes, TumblingWindow, windowOf } from '../../../local/event-source-mapping/tumbling-window.ts';

const window = () => new TumblingWindow(10_000);

describe('a tumbling window', () => {
  it('is aligned to the epoch', () => {
    expect(windowOf(Date.UTC(2020, 11, 9, 7, 5, 59, 999), 120_000)).toEqual({
      startMs: Date.UTC(2020, 11, 9, 7, 4),
      endMs: Date.UTC(2020, 11, 9, 7, 6),
    });
    expect(windowOf(20_000, 10_000)).toEqual({ startMs: 20_000, endMs: 30_000 });
  });

  it('opens with its first record and starts with an empty state', () => {
    const tumbling = window();
    expect(tumbling.final()).toBeUndefined();

    expect(tumbling.enter(12_345)).toEqual({ startMs: 10_000, endMs: 20_000 });
    expect(tumbling.state).toBe('{}');
  });

  it('closes with its state before a record of a later window, and not before one of its own', () => {
    const tumbling = window();
    tumbling.enter(1_000);
    tumbling.keep('{"sum":1}');

    expect(tumbling.before(9_999)).toBeUndefined();
    expect(tumbling.before(10_000)).toEqual({
      window: { startMs: 0, endMs: 10_000 },
      state: '{"sum":1}',
      terminatedEarly: false,
    });
  });

  it('closes when it has been quiet for long enough after its end', () => {
    const tumbling = window();
    tumbling.enter(1_000);

    expect(tumbling.due(12_999, 3_000)).toBeUndefined();
    expect(tumbling.due(13_000, 3_000)).toBeDefined();
  });

  it('starts anew once it is concluded', () => {
    const tumbling = window();
    tumbling.enter(1_000);
    tumbling.keep('{"sum":1}');
    tumbling.concluded(tumbling.final() as NonNullable<ReturnType<typeof tumbling.final>>);

    expect(tumbling.open).toBeUndefined();
    expect(tumbling.enter(12_000)).toEqual({ startMs: 10_000, endMs: 20_000 });
    expect(tumbling.state).toBe('{}');
  });

  it('ends early with a state above 1 MB, and goes on as the same window with an empty state', () => {
    const tumbling = window();
    tumbling.enter(1_000);
    const atLimit = JSON.stringify({ s: 'x'.repeat(maximumStateBytes - 8) });
    tumbling.keep(atLimit);
    expect(Buffer.byteLength(atLimit)).toBe(maximumStateBytes);
    expect(tumbling.before(2_000)).toBeUndefined();
    tumbling.keep(atLimit.replace('x', 'xx'));

    const final = tumbling.before(2_000);
    expect(final).toMatchObject({ window: { startMs: 0, endMs: 10_000 }, terminatedEarly: true });
    tumbling.concluded(final as NonNullable<typeof final>);
    expect(tumbling.open).toEqual({ startMs: 0, endMs: 10_000 });
    expect(tumbling.state).toBe('{}');
  });
});
