import {
  ApiKey,
  AuthorizationType,
  Cors,
  EndpointType,
  type IApiKey,
  LambdaIntegration,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { newestByAccount } from '../lambda/stores/order-table-keys.ts';
import type { Slot } from '../lambda/stores/slot.ts';
import type { EventStream } from './event-stream.ts';
import { AppFunction } from './parts/app-function.ts';
import type { Settings } from './settings.ts';

export interface OrderApiProps extends Pick<Settings, 'auth' | 'throttle'> {
  /** Where `POST /order` goes. */
  readonly stream: EventStream;
  /** What `GET /order` reads, one a slot. */
  readonly orders: Readonly<Record<Slot, { readonly table: ITableV2 }>>;
  /** What `GET /invoice` links to, one a slot. */
  readonly invoices: Readonly<Record<Slot, { readonly bucket: IBucket }>>;
  /** Which slots those are at the moment. */
  readonly live: ITableV2;
}

const linkLifetime = Duration.minutes(15);

/**
 * client → API Gateway → ingest-order → stream, and back: query-orders ← orders, presign-invoice ← orders, invoices.
 * Other boxes add their routes behind the same access, throttle and CORS.
 */
export class OrderApi extends Construct {
  /** Where clients send their requests; ends with `/prod/`. */
  readonly url: string;
  /** What `x-api-key` must carry, where `auth` asks for one. */
  readonly key: IApiKey | undefined;
  readonly #api: RestApi;

  constructor(scope: Construct, id: string, props: OrderApiProps) {
    super(scope, id);
    this.#api = this.#open(props);
    this.url = this.#api.url;
    this.key = props.auth === 'apiKey' ? this.#key(this.#api, props) : undefined;

    this.route('POST', '/order', this.#ingest(props));
    this.route('GET', '/order', this.#query(props));
    this.route('GET', '/invoice', this.#presign(props));
  }

  /** `method` on `path`, e.g. `/tasks/{id}` → `target`. */
  route(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, target: AppFunction): void {
    this.#api.root.resourceForPath(path).addMethod(method, new LambdaIntegration(target, { allowTestInvoke: false }));
  }

  #open({ auth, throttle }: OrderApiProps): RestApi {
    if (auth === 'none') {
      Annotations.of(this).addWarningV2(
        'openApi',
        'The API is open: anyone who learns its URL reads and writes orders and tasks.',
      );
    }
    const api = new RestApi(this, 'Api', {
      restApiName: Stack.of(this).stackName,
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: {
        stageName: 'prod',
        tracingEnabled: true,
        throttlingRateLimit: throttle.ratePerSecond,
        throttlingBurstLimit: throttle.burst,
      },
      defaultMethodOptions: {
        authorizationType: auth === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
        apiKeyRequired: auth === 'apiKey',
      },
      defaultCorsPreflightOptions: {
        allowOrigins: Cors.ALL_ORIGINS,
        allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
        allowHeaders: [...Cors.DEFAULT_HEADERS, 'Idempotency-Key', 'If-Match', 'X-Correlation-Id', 'X-Causation-Id'],
        maxAge: Duration.hours(1),
      },
    });
    api.node.tryRemoveChild('Endpoint'); // an output of its own; the stack's is ApiUrl
    // What the gateway refuses by itself never reaches a function that would say who may read the answer.
    for (const type of [ResponseType.DEFAULT_4XX, ResponseType.DEFAULT_5XX]) {
      api.addGatewayResponse(type.responseType, {
        type,
        responseHeaders: { 'Access-Control-Allow-Origin': "'*'" },
      });
    }
    return api;
  }

  #key(api: RestApi, { throttle }: OrderApiProps): IApiKey {
    const key = new ApiKey(this, 'Key');
    const plan = api.addUsagePlan('Plan', {
      apiStages: [{ api, stage: api.deploymentStage }],
      throttle: { rateLimit: throttle.ratePerSecond, burstLimit: throttle.burst },
    });
    plan.addApiKey(key);
    return key;
  }

  #ingest({ stream }: OrderApiProps): AppFunction {
    const ingest = new AppFunction(this, 'Ingest', {
      name: 'ingest-order',
      memoryMiB: 512, // up to 500 orders a request, each of them validated
      environment: { EVENT_STREAM: stream.streamName },
    });
    stream.grant(ingest, 'kinesis:PutRecord', 'kinesis:PutRecords');
    return ingest;
  }

  #query(props: OrderApiProps): AppFunction {
    const query = new AppFunction(this, 'Query', {
      name: 'query-orders',
      memoryMiB: 512, // a page of the largest orders, as DynamoDB tells them and as values
      environment: orderTables(props),
    });
    allowOrders(query, props);
    return query;
  }

  #presign(props: OrderApiProps): AppFunction {
    const { blue, green } = props.invoices;
    const presign = new AppFunction(this, 'Presign', {
      name: 'presign-invoice',
      environment: {
        ...orderTables(props),
        BLUE_INVOICE_BUCKET: blue.bucket.bucketName,
        GREEN_INVOICE_BUCKET: green.bucket.bucketName,
        LINK_LIFETIME_SECONDS: String(linkLifetime.toSeconds()),
      },
    });
    allowOrders(presign, props);
    for (const { bucket } of [blue, green]) {
      presign.allow(['s3:GetObject'], bucket.arnForObjects('invoices/*'));
      presign.allow(['s3:ListBucket'], bucket.bucketArn); // without it S3 answers 403 where there is no invoice yet
    }
    return presign;
  }
}

const orderTables = ({ orders, live }: OrderApiProps) => ({
  LIVE_TABLE: live.tableName,
  BLUE_ORDER_TABLE: orders.blue.table.tableName,
  GREEN_ORDER_TABLE: orders.green.table.tableName,
});

const allowOrders = (reader: AppFunction, { orders, live }: OrderApiProps) => {
  reader.allow(['dynamodb:GetItem'], live.tableArn);
  for (const { table } of [orders.blue, orders.green]) {
    reader.allow(['dynamodb:GetItem'], table.tableArn);
    reader.allow(['dynamodb:Query'], `${table.tableArn}/index/${newestByAccount}`);
  }
};
