import { EventStream } from '../../lib/event-stream.ts';
import { stackWith, templateWith } from '../support/synth.ts';

describe('the event stream', () => {
  it('has two shards, keeps records for a day, and is encrypted with the key that AWS manages', () =>
    templateWith().hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 2,
      RetentionPeriodHours: 24,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    }));

  it('has as many shards and keeps records as long as it is told', () =>
    templateWith({ shards: '7', retention: '168' }).hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 7,
      RetentionPeriodHours: 168,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    }));

  it('grows by itself on demand', () => {
    const [stream] = Object.values(templateWith({ shards: 'onDemand' }).findResources('AWS::Kinesis::Stream'));
    expect(stream?.Properties.StreamModeDetails).toEqual({ StreamMode: 'ON_DEMAND' });
    expect(stream?.Properties.ShardCount).toBeUndefined();
  });

  it('refuses enhanced fan-out for a consumer that there is not, and names those that there are', () =>
    expect(() => stackWith({ enhancedFanOut: 'project-order,project-ordre' }).app.synth()).toThrow(
      '-c enhancedFanOut=project-order,project-ordre: no consumer is named project-ordre; there are project-order, project-order-green, project-invoice, ',
    ));
});

describe('the reads of a shard', () => {
  const said = jest.spyOn(console, 'error').mockImplementation(() => {});
  beforeEach(() => said.mockClear());

  const whatSynthesisSaysOf = (consumers: number, enhancedFanOut: string[] = [], idle: string[] = []) => {
    const { app, stack } = stackWith();
    const stream = new EventStream(stack, 'Crowded', { production: false, shards: 1, retention: 24, enhancedFanOut });
    for (let number = 1; number <= consumers; number++)
      stream.register(`consumer-${number}`, { enabled: !idle.includes(`consumer-${number}`) });
    app.synth();
    const warnings = said.mock.calls.join().split('WARNING');
    return warnings.filter((warning) => warning.includes('EventSourcing/Crowded')).join();
  };

  it('suffice for five consumers', () => expect(whatSynthesisSaysOf(5)).toBe(''));

  it('are too few for seven, and synthesis says so with the count', () =>
    expect(whatSynthesisSaysOf(7)).toContain('7 consumers share the 5 reads a second of each shard'));

  it('are not spent by consumers with enhanced fan-out', () =>
    expect(whatSynthesisSaysOf(7, ['consumer-2', 'consumer-6'])).toBe(''));

  it('are not spent by consumers whose mapping is disabled', () =>
    expect(whatSynthesisSaysOf(7, [], ['consumer-2', 'consumer-6'])).toBe(''));
});
