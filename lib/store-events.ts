import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  EventBus,
  EventField,
  type EventPattern,
  type IRuleTarget,
  Match,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventType } from '../domain/event.ts';
import { SaleRecorded } from '../domain/revenue/sale-recorded.ts';
import { InventoryChanged } from '../domain/stock/inventory-changed.ts';
import { stockTableKeys } from '../lambda/stores/stock-table-keys.ts';
import type { EventStream } from './event-stream.ts';
import { AppFunction } from './parts/app-function.ts';
import { DeadLetterQueue } from './parts/dead-letter-queue.ts';
import { tableOptions } from './parts/table-options.ts';

export interface StoreEventsProps {
  /** Where sales go. */
  readonly stream: EventStream;
  readonly production: boolean;
}

/** What a rule takes: a kind of event that has every field that its target needs. */
interface Kind {
  readonly detailType: string;
  readonly needs: readonly string[];
}

const sales: Kind = { detailType: 'sales-events', needs: ['request_id', 'store_id', 'sales', 'is_return'] };
const inventory: Kind = { detailType: 'inventory-events', needs: ['request_id', 'store_id', 'name', 'is_return'] };

/**
 * As long and as often as EventBridge tries.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
const retries = { maxEventAge: Duration.hours(24), retryAttempts: 185 };
const retryPolicy = {
  maximumEventAgeInSeconds: retries.maxEventAge.toSeconds(),
  maximumRetryAttempts: retries.retryAttempts,
};

/**
 * stores → bus ─ sales-events → stream, inventory-events → keep-stock → table, anything else → dead-letter queue; and a
 * producer that plays the stores. Every event meets exactly one rule. The queue also gets what a target doesn't take in
 * a day, and what keep-stock fails at three times.
 */
export class StoreEvents extends Construct {
  readonly bus: EventBus;
  readonly deadLetters: DeadLetterQueue;
  readonly stock: TableV2;
  readonly producer: AppFunction;

  constructor(scope: Construct, id: string, { stream, production }: StoreEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus');
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      production,
      consequence: 'sales are missing from the revenue, or the stock is wrong',
    });
    this.stock = new TableV2(this, 'Stock', {
      partitionKey: { name: stockTableKeys.partitionKey, type: AttributeType.STRING },
      sortKey: { name: stockTableKeys.sortKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });

    this.#rule('Sales', sales).addTarget(this.#toStream(stream));
    this.#rule('Inventory', inventory).addTarget(
      new LambdaFunction(this.#keepStock(), {
        ...retries,
        deadLetterQueue: this.deadLetters,
        event: envelopeOf(InventoryChanged),
      }),
    );
    this.#setTheRestAside();
    this.producer = this.#produce();
  }

  #rule(id: string, { detailType, needs }: Kind): Rule {
    const detail = Object.fromEntries(needs.map((field) => [field, Match.exists()]));
    return new Rule(this, id, { eventBus: this.bus, eventPattern: { detailType: [detailType], detail } });
  }

  /** CDK's own target would let EventBridge do more with the stream than put records. */
  #toStream(stream: EventStream): IRuleTarget {
    const role = new Role(this, 'SalesRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    stream.grant(role, 'kinesis:PutRecord', 'kinesis:PutRecords');
    return {
      bind: (rule) => {
        this.#letSend(rule.ruleRef.ruleArn);
        return {
          arn: stream.streamArn,
          role,
          kinesisParameters: { partitionKeyPath: '$.detail.store_id' },
          input: envelopeOf(SaleRecorded),
          retryPolicy,
          deadLetterConfig: { arn: this.deadLetters.queueArn },
          targetResource: stream,
        };
      },
    };
  }

  /** CDK's own target would let EventBridge ask the queue for its URL and its attributes. */
  #toDeadLetters(): IRuleTarget {
    return {
      bind: (rule) => {
        this.#letSend(rule.ruleRef.ruleArn);
        return { arn: this.deadLetters.queueArn, retryPolicy, targetResource: this.deadLetters };
      },
    };
  }

  #letSend(ruleArn: string): void {
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      }),
    );
  }

  /** What no rule takes would go nowhere: events of another type, and those that lack a field. */
  #setTheRestAside(): void {
    const lacking = ({ detailType, needs }: Kind): EventPattern => ({
      detailType: [detailType],
      detail: { $or: needs.map((field) => ({ [field]: Match.doesNotExist() })) },
    });
    const setAside = (id: string, eventPattern: EventPattern) =>
      new Rule(this, id, { eventBus: this.bus, eventPattern, targets: [this.#toDeadLetters()] });
    setAside('IncompleteSales', lacking(sales));
    setAside('IncompleteInventory', lacking(inventory));
    setAside('Unknown', { detailType: Match.anythingBut(sales.detailType, inventory.detailType) });
  }

  #keepStock(): AppFunction {
    const keepStock = new AppFunction(this, 'KeepStock', {
      name: 'keep-stock',
      environment: { STOCK_TABLE: this.stock.tableName },
      deadLetterQueue: this.deadLetters,
    });
    keepStock.allow(['dynamodb:UpdateItem'], this.stock.tableArn);
    return keepStock;
  }

  #produce(): AppFunction {
    const produce = new AppFunction(this, 'Produce', {
      name: 'produce-sales',
      environment: { STORE_BUS: this.bus.eventBusName },
      timeout: Duration.minutes(15),
    });
    produce.allow(['events:PutEvents'], this.bus.eventBusArn);
    return produce;
  }
}

/**
 * The store's event as an event of ours. A transformer can't compute: the id is the store's, the time EventBridge's.
 */
const envelopeOf = ({ type, dataschema }: EventType): RuleTargetInput =>
  RuleTargetInput.fromObject({
    specversion: '1.0',
    id: EventField.fromPath('$.detail.request_id'),
    source: EventField.fromPath('$.source'),
    type,
    subject: EventField.fromPath('$.detail.store_id'),
    time: EventField.time,
    datacontenttype: 'application/json',
    dataschema,
    data: EventField.fromPath('$.detail'),
  });
