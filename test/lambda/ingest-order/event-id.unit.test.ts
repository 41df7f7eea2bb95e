import fc from 'fast-check';
import { eventIdUnderKey, newEventId } from '../../../lambda/ingest-order/event-id.ts';
import { order } from '../../support/events.ts';

describe("an event's id", () => {
  it('is a UUIDv7, later ones greater', () => {
    const ids = Array.from({ length: 1_000 }, newEventId);
    expect(ids.every((id) => /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is a UUIDv8 under a key, the same for the same order', () => {
    const key = fc.string({ minLength: 1, maxLength: 255 });
    fc.assert(
      fc.property(key, fc.nat({ max: 499 }), fc.jsonValue(), (key, index, x) => {
        const id = eventIdUnderKey(key, index, order({ x, y: 1 }));
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        expect(eventIdUnderKey(key, index, order({ y: 1, x }))).toBe(id);
      }),
    );
  });

  it('differs with the key, the place in the post and anything in the order', () => {
    const { details } = order();
    const ids = [
      eventIdUnderKey('k', 0, order()),
      eventIdUnderKey('k0', 0, order()),
      eventIdUnderKey('k', 1, order()),
      eventIdUnderKey('k', 0, order({ vendorid: 'v2' })),
      eventIdUnderKey('k', 0, order({ accountid: 'a', vendorid: '1v1' })),
      eventIdUnderKey('k', 0, order({ city: 'Bern' })),
      eventIdUnderKey('k', 0, order({ details: { ...details, quantity: 3 } })),
      eventIdUnderKey('k","0', 0, order()),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same for a price as a number and as a text', () => {
    const { details } = order();
    const asText = order({ details: { ...details, unitprice: '4.50', quantity: '2' } });
    expect(eventIdUnderKey('k', 0, asText)).toBe(eventIdUnderKey('k', 0, order()));
  });
});
