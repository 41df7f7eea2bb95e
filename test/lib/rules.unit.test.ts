import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, cx_api, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { everythingOn, stackWith } from '../support/synth.ts';

const trace = 'X-Ray takes no narrower resource than *. The actions send traces and nothing else.';
const listStreams = 'Nor does ListStreams, which Lambda asks for before it reads the DynamoDB stream of a table.';
const setAside =
  'Lambda names the object of each batch that failed, under aws/lambda/; it may write there and nowhere else.';
const insights =
  'Every function that Lambda Insights measures writes to this one log group of the account; the ending names its streams.';
const invoiceKeys = 'Each order has an invoice under a key of its own; nothing outside of invoices/ is touched.';
const auditKeys = 'Each event has an object under a key of its own; nothing outside of events/task/ is touched.';
const revenueKeys =
  'Firehose names each object by its time, under sales_revenue/ or, where it failed, sales_revenue_failed/.';
const anyVersion = 'Firehose invokes a function by a version, $LATEST where none is named, and by no other name.';
const accessLog =
  'Nobody reads it but our functions, whose calls X-Ray traces; who signed a link is logged there. A log of every ' +
  'access would hold more than the bucket. CloudTrail data events tell who read what, for the account that wants it.';
const ownAccess =
  'Who may call is a setting: the holder of a key by default, or IAM. An API key is a tenant, the README says.';
const noUsers = 'Callers are other systems, which hold a key or sign with IAM; there is no pool of users to ask.';
const accountRole =
  'It needs a role that is set once for a whole account, and would be taken from every other API as this stack goes. ' +
  'The functions log each request, X-Ray traces it.';

const onFailureObjects = 'AwsSolutions-IAM5[Resource::<OnFailure48FF2A5A.Arn>/aws/lambda/*]';
const invoiceObjects = 'AwsSolutions-IAM5[Resource::<InvoiceProjectionInvoicesBE4D2C15.Arn>/invoices/*]';
const greenInvoiceObjects = 'AwsSolutions-IAM5[Resource::<InvoiceProjectionGreenInvoicesD40DB34C.Arn>/invoices/*]';
const revenueObjects = 'AwsSolutions-IAM5[Resource::<RevenueWindowLines4A576FE4.Arn>/sales_revenue*]';
const formatVersions = 'AwsSolutions-IAM5[Resource::<RevenueWindowFormat75AAE3E0.Arn>:*]';
const archiveKeys = 'Firehose names each object by its time, under events/ or, where it failed, errors/.';
const archivedEvents = 'AwsSolutions-IAM5[Resource::<EventArchiveEvents50865CD7.Arn>/events/*]';
const archiveErrors = 'AwsSolutions-IAM5[Resource::<EventArchiveEvents50865CD7.Arn>/errors/*]';
const archiveVersions = 'AwsSolutions-IAM5[Resource::<EventArchiveTransform2C6AFC05.Arn>:*]';
const insightsLog =
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda-insights:*]';
const auditObjects = 'AwsSolutions-IAM5[Resource::<TaskProjectionAuditD7079BBC.Arn>/events/task/*]';
const everyResource = 'AwsSolutions-IAM5[Resource::*]';

/** What AwsSolutions finds and why it may stay: construct, finding, reason. */
const acknowledged: [path: string, id: string, reason: string][] = [
  ['OnFailure/Resource', 'AwsSolutions-S1', accessLog],
  ['InvoiceProjection/Invoices/Resource', 'AwsSolutions-S1', accessLog],
  ['OrderProjection/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderProjection/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['InvoiceProjection/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['InvoiceProjection/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['InvoiceProjection/Consumer/FunctionRole/DefaultPolicy/Resource', invoiceObjects, invoiceKeys],
  ['InvoiceProjection/Green/Invoices/Resource', 'AwsSolutions-S1', accessLog],
  ['OrderProjection/Green/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderProjection/Green/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['InvoiceProjection/Green/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['InvoiceProjection/Green/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['InvoiceProjection/Green/Consumer/FunctionRole/DefaultPolicy/Resource', greenInvoiceObjects, invoiceKeys],
  ['EventCheck/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['EventCheck/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ...['PutItem1', 'PutItem2'].flatMap((consumer): typeof acknowledged => {
    const policy = `BatchingComparison/${consumer}/FunctionRole/DefaultPolicy/Resource`;
    return [
      [policy, everyResource, trace],
      [policy, onFailureObjects, setAside],
      [policy, insightsLog, insights],
    ];
  }),
  ['EventArchive/Events/Resource', 'AwsSolutions-S1', accessLog],
  ['EventArchive/TransformRole/DefaultPolicy/Resource', everyResource, trace],
  ['EventArchive/Delivery/Role/DefaultPolicy/Resource', archivedEvents, archiveKeys],
  ['EventArchive/Delivery/Role/DefaultPolicy/Resource', archiveErrors, archiveKeys],
  ['EventArchive/Delivery/Role/DefaultPolicy/Resource', archiveVersions, anyVersion],
  [
    'EventArchive/Delivery/Stream',
    'AwsSolutions-KDF1',
    'Its source is a stream, which is encrypted; Firehose keeps nothing of its own then.',
  ],
  [
    'EventStream',
    'Annotation::sharedReads',
    'Five consumers and the archive, which is in no hurry, ask once a second each; a read that is refused comes again ' +
      'at once. Reads of their own for one of them cost as much as the shards do.',
  ],
  ['TaskProjection/Audit/Resource', 'AwsSolutions-S1', accessLog],
  ['TaskProjection/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['TaskProjection/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['TaskProjection/Consumer/FunctionRole/DefaultPolicy/Resource', auditObjects, auditKeys],
  ['RevenueWindow/Lines/Resource', 'AwsSolutions-S1', accessLog],
  ['RevenueWindow/Consumer/FunctionRole/DefaultPolicy/Resource', everyResource, trace],
  ['RevenueWindow/Consumer/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['RevenueWindow/FormatRole/DefaultPolicy/Resource', everyResource, trace],
  ['RevenueWindow/QueryRole/DefaultPolicy/Resource', everyResource, trace],
  ['RevenueWindow/Delivery/Role/DefaultPolicy/Resource', revenueObjects, revenueKeys],
  ['RevenueWindow/Delivery/Role/DefaultPolicy/Resource', formatVersions, anyVersion],
  ['StoreEvents/KeepStockRole/DefaultPolicy/Resource', everyResource, trace],
  ['StoreEvents/ProduceRole/DefaultPolicy/Resource', everyResource, trace],
  ['TaskLog/Publisher/FunctionRole/DefaultPolicy/Resource', everyResource, `${trace} ${listStreams}`],
  ['TaskLog/Publisher/FunctionRole/DefaultPolicy/Resource', onFailureObjects, setAside],
  ['TaskLog/CommandRole/DefaultPolicy/Resource', everyResource, trace],
  ['TaskLog/QueryRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderApi/IngestRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderApi/QueryRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderApi/PresignRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderHistory/QueryRole/DefaultPolicy/Resource', everyResource, trace],
  ['OrderHistory/QueryRole/DefaultPolicy/Resource', invoiceObjects, invoiceKeys],
  ['OrderHistory/QueryRole/DefaultPolicy/Resource', greenInvoiceObjects, invoiceKeys],
  ['OrderApi/PresignRole/DefaultPolicy/Resource', invoiceObjects, invoiceKeys],
  ['OrderApi/PresignRole/DefaultPolicy/Resource', greenInvoiceObjects, invoiceKeys],
  [
    'OrderApi/Api/Resource',
    'AwsSolutions-APIG2',
    'The functions validate every field and answer with a problem document that names all wrong ones at once; the ' +
      'gateway would answer with the first of them in a form of its own.',
  ],
  ['OrderApi/Api/DeploymentStage.prod/Resource', 'AwsSolutions-APIG1', accountRole],
  ['OrderApi/Api/DeploymentStage.prod/Resource', 'AwsSolutions-APIG6', accountRole],
  [
    'OrderApi/Api/DeploymentStage.prod/Resource',
    'AwsSolutions-APIG3',
    'A web ACL costs more a month than the whole stack at rest. Throttles bound what a flood can cost; an account ' +
      'with a firewall associates it with the stage.',
  ],
  ...[
    'order/POST',
    'order/GET',
    'invoice/GET',
    'order/events/GET',
    'revenue/GET',
    'tasks/POST',
    'tasks/GET',
    'tasks/{id}/GET',
    'tasks/{id}/PATCH',
    'tasks/{id}/DELETE',
    'tasks/{id}/events/GET',
  ].flatMap((method): typeof acknowledged => [
    [`OrderApi/Api/Default/${method}/Resource`, 'AwsSolutions-APIG4', ownAccess],
    [`OrderApi/Api/Default/${method}/Resource`, 'AwsSolutions-COG4', noUsers],
  ]),
];

const configurations = [
  { name: 'minimal', context: {} },
  { name: 'everything on', context: everythingOn },
];

describe('AwsSolutions', () => {
  it.each(configurations)('finds nothing that is not acknowledged on its one construct ($name)', ({ context }) => {
    expect(findings({ context, acknowledge: true })).toEqual([]);
  });

  it('has found everything that is acknowledged', () => {
    const found = configurations.flatMap(({ context }) => findings({ context, acknowledge: false }));
    expect(found).toEqual(expect.arrayContaining(acknowledged.map(([path, id]) => `${path} ${id}`)));
  });
});

describe("CloudFormation's own rules", () => {
  it.each(configurations)('find no fault with the template ($name)', ({ context }) => {
    const { app } = stackWith(context, { builtinCloudFormationValidation: true });
    app.synth();
    const acknowledgedHere = acknowledged.map(([path, id]) => `EventSourcing/${path} ${id}`);
    expect(violations(app).filter((violation) => !acknowledgedHere.includes(violation))).toEqual([]);
  });
});

function findings({ context, acknowledge }: { context: Record<string, string>; acknowledge: boolean }): string[] {
  const { app, stack } = stackWith({ ...context, [cx_api.FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT]: 'false' });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  if (acknowledge) {
    const constructs = new Map(stack.node.findAll().map((construct) => [construct.node.path, construct]));
    for (const [path, id, reason] of acknowledged) {
      const construct = constructs.get(`${stack.node.path}/${path}`);
      if (construct) Validations.of(construct).acknowledge({ id, reason });
    }
  }
  const silenced = jest.spyOn(console, 'error').mockImplementation(() => {});
  app.synth();
  silenced.mockRestore();
  return violations(app).map((violation) => violation.replace(`${stack.node.path}/`, ''));
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** `<construct path> <rule>`, as the report of the synthesis names them. */
function violations(app: App): string[] {
  const report = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8');
  const { pluginReports }: ValidationReport = JSON.parse(report);
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${constructPath} ${ruleName}`),
    ),
  );
}
