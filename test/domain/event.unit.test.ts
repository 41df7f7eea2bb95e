import * as z from 'zod/mini';
import { domainEvents } from '../../domain/domain-event.ts';
import { event, eventReader, UnreadableEvent } from '../../domain/event.ts';
import { orderPlaced } from '../support/events.ts';

const StoreOpened = event('StoreOpened', 1, z.looseObject({ store_id: z.string() }));
const StoreOpened2 = event('StoreOpened', 2, z.looseObject({ store_id: z.string(), city: z.string() }));
const opened = StoreOpened.create({
  id: 'e1',
  source: '/stores',
  subject: 's1',
  time: '2026-11-22T10:00:00.000Z',
  data: { store_id: 's1' },
});
const codeOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    return error instanceof UnreadableEvent ? `${error.message}` : error;
  }
  return 'read';
};

describe('an event', () => {
  it('is a CloudEvents 1.0 object whose dataschema carries the version', () => {
    expect(orderPlaced('e1')).toEqual({
      specversion: '1.0',
      id: 'e1',
      source: '/orders',
      type: 'OrderPlaced',
      subject: 'a1/v1',
      time: '2026-11-22T10:15:31.000Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:event-sourcing:OrderPlaced:1',
      data: expect.objectContaining({ accountid: 'a1', vendorid: 'v1' }),
    });
  });

  it('comes back from JSON as it went, unknown fields and extensions included', () => {
    const sent = { ...orderPlaced('e1', { loyalty: { points: 3 } }), sequence: '00000001', traceparent: '00-x' };
    expect(eventReader(domainEvents)(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
  });

  it('is read in each version that is defined, and in no other', () => {
    const newer = StoreOpened2.create({ ...opened, data: { store_id: 's1', city: 'Bern' } });
    expect(eventReader([StoreOpened, StoreOpened2])(newer)).toEqual(newer);
    expect(eventReader([StoreOpened, StoreOpened2])(opened)).toEqual(opened);
    expect(codeOf(() => eventReader([StoreOpened])(newer))).toMatch(/^unknown-version: StoreOpened .*:2$/);
  });

  it.each([
    ['null', null, /^no-envelope/],
    ['a text', 'OrderPlaced', /^no-envelope/],
    ['a list', [opened], /^no-envelope/],
    ['an order without its envelope', opened.data, /^no-envelope: specversion/],
    ['another specversion', { ...opened, specversion: '0.3' }, /^no-envelope: specversion must be "1.0"/],
    ['an empty id', { ...opened, id: '' }, /^no-envelope: id must not be empty/],
    ['no subject', { ...opened, subject: undefined }, /^no-envelope: subject/],
    ['a time in words', { ...opened, time: 'now' }, /^no-envelope: time/],
    ['a time of minutes', { ...opened, time: '2026-11-22T10:00Z' }, /^no-envelope: time/],
    ['a time of microseconds', { ...opened, time: '2026-11-22T10:00:00.123456Z' }, /^no-envelope: time/],
    ['a time elsewhere', { ...opened, time: '2026-11-22T10:00:00.123+01:00' }, /^no-envelope: time/],
    ['a day that is none', { ...opened, time: '2026-02-30T10:00:00Z' }, /^no-envelope: time/],
    ['data in XML', { ...opened, datacontenttype: 'text/xml' }, /^no-envelope: datacontenttype/],
    ['an unknown type', { ...opened, type: 'StoreClosed' }, /^unknown-type: StoreClosed$/],
    ['a type that every object has', { ...opened, type: 'constructor' }, /^unknown-type: constructor$/],
    ['the schema of another type', { ...opened, dataschema: 'urn:event-sourcing:OrderPlaced:1' }, /^unknown-version/],
    ['no data', { ...opened, data: undefined }, /^bad-data: data/],
    ['wrong data', { ...opened, data: { store_id: 1 } }, /^bad-data: data.store_id/],
  ])('is not read from %s, and the reason is told', (_name, value, reason) => {
    expect(codeOf(() => eventReader([StoreOpened])(value))).toMatch(reason);
  });
});
