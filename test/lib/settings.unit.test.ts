import * as fc from 'fast-check';
import { readSettings, type Settings } from '../../lib/settings.ts';

const settings = (context: Record<string, unknown> = {}): Settings => readSettings(context);

describe('settings', () => {
  it('have a default each', () =>
    expect(settings()).toEqual({
      auth: 'apiKey',
      throttle: { ratePerSecond: 5_000, burst: 2_500 },
      production: false,
      shards: 2,
      retention: 24,
      enhancedFanOut: [],
      revenueWindow: 60,
      revenueLateness: 60,
      batchingComparison: false,
      region: '',
      replicaRegions: [],
    }));

  it('come as texts from the command line', () =>
    expect(
      settings({
        auth: 'iam',
        throttle: '10/20',
        production: 'true',
        shards: '8',
        retention: '168',
        enhancedFanOut: 'project-order,check-event',
        revenueWindow: '5',
        revenueLateness: '1440',
        batchingComparison: 'true',
        region: 'eu-west-1',
        replicaRegions: 'us-west-2,ap-southeast-2',
      }),
    ).toEqual({
      auth: 'iam',
      throttle: { ratePerSecond: 10, burst: 20 },
      production: true,
      shards: 8,
      retention: 168,
      enhancedFanOut: ['project-order', 'check-event'],
      revenueWindow: 5,
      revenueLateness: 1_440,
      batchingComparison: true,
      region: 'eu-west-1',
      replicaRegions: ['us-west-2', 'ap-southeast-2'],
    }));

  it('come as JSON from cdk.json', () =>
    expect(
      settings({ production: true, shards: 8, retention: 168, enhancedFanOut: ['project-order', 'check-event'] }),
    ).toEqual(
      settings({ production: 'true', shards: '8', retention: '168', enhancedFanOut: 'project-order,check-event' }),
    ));

  it('take an on-demand stream instead of a number of shards', () =>
    expect(settings({ shards: 'onDemand' }).shards).toBe('onDemand'));

  it.each([
    ['auth', 'apikey', 'must be apiKey, iam or none'],
    ['auth', '', 'must be apiKey, iam or none'],
    ['throttle', '100', 'must be <requests a second>/<burst>, each from 1 to 99999, like 5000/2500'],
    ['throttle', '0/10', 'must be <requests a second>/<burst>'],
    ['throttle', '10/-1', 'must be <requests a second>/<burst>'],
    ['throttle', '100000/1', 'must be <requests a second>/<burst>'],
    ['production', 'yes', 'must be true or false'],
    ['production', 1, 'must be true or false'],
    ['batchingComparison', 'on', 'must be true or false'],
    ['shards', '0', 'must be a number of shards from 1 to 9999, or onDemand'],
    ['shards', '2.5', 'must be a number of shards from 1 to 9999, or onDemand'],
    ['shards', 'ondemand', 'must be a number of shards from 1 to 9999, or onDemand'],
    ['revenueWindow', '0', 'must be a number of seconds from 1 to 900'],
    ['revenueWindow', '901', 'must be a number of seconds from 1 to 900'],
    ['revenueWindow', '1m', 'must be a number of seconds from 1 to 900'],
    ['revenueLateness', '0', 'must be a number of minutes from 1 to 10080'],
    ['retention', '23', 'must be a number of hours from 24 to 8760'],
    ['retention', '8761', 'must be a number of hours from 24 to 8760'],
    ['retention', '7d', 'must be a number of hours from 24 to 8760'],
    ['enhancedFanOut', 'project-order, check-event', 'must be names of consumers, separated by commas'],
    ['enhancedFanOut', 'ProjectOrder', 'must be names of consumers, separated by commas'],
    ['region', 'mars', 'must be the name of a region, like us-west-2'],
    [
      'replicaRegions',
      'us-west-2, eu-west-1',
      'must be names of regions, separated by commas, like us-west-2,eu-west-1',
    ],
    ['replicaRegions', 'us-west-2', 'needs -c region=, the region that they are copies of'],
  ])('refuse %s=%s and say what it may be', (key, value, message) =>
    expect(() => settings({ [key]: value })).toThrow(`-c ${key}=${value}: ${message}`),
  );

  it.each(['eu-west-1', 'us-west-2,us-west-2'])(
    'refuse replicas of eu-west-1 in %s: no region twice',
    (replicaRegions) =>
      expect(() => settings({ region: 'eu-west-1', replicaRegions })).toThrow(
        /^Wrong settings:\n {2}-c replicaRegions=.+ must not name .+ twice$/,
      ),
  );

  it('name all mistakes at once, in one error', () =>
    expect(() => settings({ auth: 'x', shards: 'y', retention: 'z', production: 'false' })).toThrow(
      [
        'Wrong settings:',
        '  -c auth=x: must be apiKey, iam or none',
        '  -c shards=y: must be a number of shards from 1 to 9999, or onDemand',
        '  -c retention=z: must be a number of hours from 24 to 8760',
      ].join('\n'),
    ));

  it('refuse a word that is none of them: `prodution=true` would have the data removed with the stack', () =>
    expect(() => settings({ prodution: 'true', shards: '4' })).toThrow(
      'Wrong settings:\n  -c prodution=true: is no setting; there are auth, throttle, production, shards, retention, ',
    ));

  it('leave alone the keys of the CDK', () =>
    expect(settings({ 'cli-telemetry': false, 'aws:cdk:enable-path-metadata': true, '@aws-cdk/core:x': 1 })).toEqual(
      settings(),
    ));

  it('are either refused or such as AWS takes, whatever is given', () =>
    fc.assert(
      fc.property(
        fc.record(
          {
            throttle: fc.oneof(
              fc.string(),
              fc.tuple(fc.integer(), fc.integer()).map((pair) => pair.join('/')),
            ),
            shards: fc.oneof(fc.string(), fc.integer(), fc.double()),
            retention: fc.oneof(fc.string(), fc.integer({ min: 0, max: 10_000 }), fc.double()),
          },
          { requiredKeys: [] },
        ),
        (context) => {
          let result: Settings;
          try {
            result = settings(context);
          } catch (error) {
            expect((error as Error).message).toMatch(/^Wrong settings:\n {2}-c (throttle|shards|retention)=/);
            return;
          }
          const { throttle, shards, retention } = result;
          expect(throttle.ratePerSecond).toBeGreaterThanOrEqual(1);
          expect(throttle.burst).toBeGreaterThanOrEqual(1);
          expect(shards === 'onDemand' || (Number.isInteger(shards) && shards >= 1)).toBe(true);
          expect(Number.isInteger(retention) && retention >= 24 && retention <= 8_760).toBe(true);
        },
      ),
    ));
});
