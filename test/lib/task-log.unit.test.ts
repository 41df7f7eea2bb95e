import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { compileFilters } from '../../local/event-source-mapping/record-filter.ts';
import { functionId, mappingOf, policiesOf, resourcesOf, stackWith, templateWith, theOne } from '../support/synth.ts';

const onlyLog = { AttributeDefinitions: Match.arrayWith([{ AttributeName: 'version', AttributeType: 'N' }]) };
const template = templateWith();
const regions = { region: 'eu-west-1', replicaRegions: 'us-west-2,ap-southeast-2' };

describe('the event log', () => {
  it('is keyed by aggregate and version, and has a stream of its changes', () =>
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'aggregate', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      Replicas: [Match.objectLike({ Region: { Ref: 'AWS::Region' } })],
    }));

  it('is the only table whose changes wake somebody: snapshots lie beside it', () => {
    const streaming = resourcesOf(template, 'AWS::DynamoDB::GlobalTable', { StreamSpecification: Match.anyValue() });
    expect(streaming).toHaveLength(1);
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [{ AttributeName: 'aggregate', KeyType: 'HASH' }],
      StreamSpecification: Match.absent(),
    });
  });

  it('hands its events to publish-task-event, which tries until they are too old and sets them aside whole', () => {
    const [log] = theOne(template, 'AWS::DynamoDB::GlobalTable', onlyLog);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId(template, 'publish-task-event') },
      EventSourceArn: { 'Fn::GetAtt': [log, 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: Match.absent(),
      MaximumRecordAgeInSeconds: 23 * 3_600,
      ParallelizationFactor: Match.absent(),
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [template.toJSON().Outputs.OnFailureBucketName.Value.Ref, 'Arn'] } },
      },
    });
    const [, { DependsOn }] = mappingOf(template, 'publish-task-event');
    expect(DependsOn).toEqual(expect.arrayContaining(policiesOf(template, 'publish-task-event').map(([id]) => id)));
  });

  it('raises alarms when events are published late, or not at all', () => {
    for (const name of ['FallsBehind', 'GivesUp']) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: Match.stringLikeRegexp('^publish-task-event .+ tasks change and nobody hears of it'),
      });
      expect(
        resourcesOf(template, 'AWS::CloudWatch::Alarm').some(([id]) => id.includes(`publishtaskevent${name}`)),
      ).toBe(true);
    }
  });
});

describe('with replicaRegions', () => {
  const replicated = templateWith(regions);
  const tables = resourcesOf(replicated, 'AWS::DynamoDB::GlobalTable');
  const regionsOf = ([, { Properties }]: (typeof tables)[number]) =>
    Properties.Replicas.map(({ Region }: { Region: string }) => Region).toSorted();

  it('the log, and nothing but the log, has a copy in each region', () => {
    const copied = tables.filter((table) => regionsOf(table).length > 1);
    expect(copied.map(regionsOf)).toEqual([['ap-southeast-2', 'eu-west-1', 'us-west-2']]);
    expect(copied[0]?.[1].Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    for (const table of tables) expect(regionsOf(table)).toContain('eu-west-1');
  });

  it('the copies are kept as well as the log is', () => {
    const [, { Properties }] = theOne(
      templateWith({ ...regions, production: 'true' }),
      'AWS::DynamoDB::GlobalTable',
      onlyLog,
    );
    for (const replica of Properties.Replicas) {
      expect(replica).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it("CloudFormation's own rules find no fault with the template", () => {
    const { app } = stackWith(regions, { builtinCloudFormationValidation: true });
    app.synth();
    const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
    const found = pluginReports.flatMap(({ violations }: { violations: { severity: string }[] }) => violations);
    expect(found.filter(({ severity }: { severity: string }) => severity !== 'warning')).toEqual([]);
  });

  it('each event is published once, although the stream of every region tells of it', () => {
    // Each region's publisher as this template would make it there; the template makes the first of them alone.
    const inRegions = ['eu-west-1', 'us-west-2'];
    const publishers = inRegions.map((region) => {
      const there = region === 'eu-west-1' ? replicated : templateWith({ region });
      const [, { Properties }] = mappingOf(there, 'publish-task-event');
      const patterns = Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => Pattern);
      return compileFilters(patterns, 'dynamodb');
    });
    const change = (eventName: string, region: string) => ({
      eventName,
      dynamodb: { NewImage: eventName === 'REMOVE' ? undefined : { region: { S: region }, version: { N: '1' } } },
    });
    const published = (eventName: string, region: string) =>
      publishers.filter((matches) => matches?.(() => change(eventName, region))).length;

    for (const region of inRegions) {
      expect(published('INSERT', region)).toBe(1);
      expect(published('MODIFY', region)).toBe(0);
      expect(published('REMOVE', region)).toBe(0);
    }
    expect(resourcesOf(replicated, 'AWS::Lambda::Function', { Description: 'publish-task-event' })).toHaveLength(1);
    expect(publishers[0]?.(() => change('INSERT', 'eu-west-1'))).toBe(true);
  });
});
