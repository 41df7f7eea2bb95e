import fc from 'fast-check';
import { fitting } from '../../../lambda/runtime/answer-size.ts';
import { json } from '../../../lambda/runtime/http.ts';

const responseBytes = (items: readonly string[]) => Buffer.byteLength(JSON.stringify(json(200, { items })));

describe('what fits into an answer', () => {
  it('is all that Lambda would take of it, escaped as it is on its way, and one at least', () => {
    const item = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\0', 'ü', '😀'), maxLength: 50 });
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 0, max: 1_000 }), (items, bytes) => {
        const fit = fitting(items, bytes);
        expect(fit).toEqual(items.slice(0, fit.length));
        expect(fit.length).toBeGreaterThanOrEqual(Math.min(1, items.length));
        const around = responseBytes([]);
        if (fit.length > 1) expect(responseBytes(fit)).toBeLessThanOrEqual(around + bytes);
        if (fit.length < items.length) {
          const quotes = 4 * items.length; // counted for each
          expect(responseBytes(items.slice(0, fit.length + 1)) + quotes).toBeGreaterThan(around + bytes);
        }
      }),
    );
  });
});
