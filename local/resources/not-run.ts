import type { Deployment } from '../assembly/scope.ts';
import type { CreatedResource } from './resource-type.ts';

type Describe = (name: string, deployment: Deployment) => CreatedResource;

const nameOnly: Describe = (name) => ({ ref: name });

const withArn =
  (arn: (name: string, deployment: Deployment) => string): Describe =>
  (name, deployment) => ({ ref: name, attributes: { Arn: arn(name, deployment) } });

const iam = (kind: string) => withArn((name, { accountId }) => `arn:aws:iam::${accountId}:${kind}/${name}`);

const alarm = withArn((name, { region, accountId }) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`);

/** `AWS::IAM::*` and `Custom::*` stand for every type that begins so. */
const typesNotRun = new Map<string, Describe>([
  ['AWS::IAM::Role', iam('role')],
  ['AWS::IAM::User', iam('user')],
  ['AWS::IAM::Group', iam('group')],
  ['AWS::IAM::InstanceProfile', iam('instance-profile')],
  ['AWS::IAM::ManagedPolicy', (name, { accountId }) => ({ ref: `arn:aws:iam::${accountId}:policy/${name}` })],
  ['AWS::IAM::*', nameOnly],
  ['Custom::*', nameOnly],
  ['AWS::CloudFormation::CustomResource', nameOnly],
  ['AWS::CDK::Metadata', nameOnly],
  ['AWS::ApiGateway::Account', nameOnly],
  [
    'AWS::Lambda::LayerVersion',
    (name, { region, accountId }) => ({ ref: `arn:aws:lambda:${region}:${accountId}:layer:${name}:1` }),
  ],
  ['AWS::Lambda::Permission', nameOnly],
  ['AWS::S3::BucketPolicy', nameOnly],
  ['AWS::SQS::QueuePolicy', nameOnly],
  ['AWS::Events::EventBusPolicy', nameOnly],
  [
    'AWS::Events::Archive',
    withArn((name, { region, accountId }) => `arn:aws:events:${region}:${accountId}:archive/${name}`),
  ],
  ['AWS::Kinesis::ResourcePolicy', nameOnly],
  [
    'AWS::Logs::LogGroup',
    withArn((name, { region, accountId }) => `arn:aws:logs:${region}:${accountId}:log-group:${name}:*`),
  ],
  ['AWS::Logs::LogStream', nameOnly],
  ['AWS::Logs::MetricFilter', nameOnly],
  ['AWS::Logs::ResourcePolicy', nameOnly],
  ['AWS::Logs::QueryDefinition', nameOnly],
  ['AWS::CloudWatch::Alarm', alarm],
  ['AWS::CloudWatch::CompositeAlarm', alarm],
  ['AWS::CloudWatch::Dashboard', nameOnly],
  ['AWS::KMS::Key', withArn((name, { region, accountId }) => `arn:aws:kms:${region}:${accountId}:key/${name}`)],
  ['AWS::KMS::Alias', nameOnly],
  ['AWS::XRay::Group', nameOnly],
  ['AWS::XRay::SamplingRule', nameOnly],
]);

/**
 * What the template may make of a resource whose type changes nothing on a laptop (permissions, alarms, log groups …):
 * its `Ref` and its ARN. `undefined` for every other type.
 */
export const describeNotRun = (type: string): Describe | undefined =>
  typesNotRun.get(type) ?? typesNotRun.get(type.replace(/::[^:]*$/, '::*'));
