import { checkEvent } from '../../../lambda/check-event/check-event.ts';
import { kinesisEvent, orderPlaced, sequenceNumber } from '../../support/events.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

describe('check-event', () => {
  it('passes the events that the domain knows', async () => {
    expect(await checkEvent()(kinesisEvent([orderPlaced('e1'), orderPlaced('e2')]))).toEqual({ batchItemFailures: [] });
  });

  it.each([
    ['no JSON', '{"order"'],
    ['no envelope', '{"order":{}}'],
    ['an unknown type', JSON.stringify({ ...orderPlaced('e2'), type: 'OrderEaten' })],
    ['an unknown version', JSON.stringify({ ...orderPlaced('e2'), dataschema: 'urn:event-sourcing:OrderPlaced:2' })],
    ['bad data', JSON.stringify({ ...orderPlaced('e2'), data: {} })],
  ])('fails a record with %s', async (_name, data) => {
    const { batchItemFailures } = await checkEvent()(kinesisEvent([orderPlaced('e1'), data, orderPlaced('e3')]));
    expect(batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(1) }]);
  });
});
