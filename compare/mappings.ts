import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import type { Pair } from './pairs.ts';
import { type ComparedStack, ComparisonError, clientSettings } from './stack.ts';

const settleMs = 10_000;

/** The event source mappings of a stack, changed by Lambda's own API. */
export class Mappings {
  readonly #lambda: LambdaClient;

  constructor(stack: ComparedStack) {
    this.#lambda = new LambdaClient(clientSettings(stack, 'LAMBDA'));
  }

  /** The pair by which the function's mapping gathers. */
  async pairOf(functionName: string): Promise<Pair> {
    const { BatchSize = 0, MaximumBatchingWindowInSeconds = 0 } = await this.#of(functionName);
    return { batchSize: BatchSize, windowSeconds: MaximumBatchingWindowInSeconds };
  }

  /** Has the function's mapping gather by this pair from now on. */
  async gather(functionName: string, { batchSize, windowSeconds }: Pair): Promise<void> {
    await this.#change(await this.#of(functionName), {
      BatchSize: batchSize,
      MaximumBatchingWindowInSeconds: windowSeconds,
    });
  }

  /** Turns off every mapping but the function's. */
  async onlyFor(functionName: string): Promise<void> {
    const { UUID } = await this.#of(functionName);
    const { EventSourceMappings = [] } = await this.#lambda.send(new ListEventSourceMappingsCommand({}));
    await Promise.all(
      EventSourceMappings.filter((each) => each.UUID !== UUID).map((each) => this.#change(each, { Enabled: false })),
    );
  }

  close(): void {
    this.#lambda.destroy();
  }

  async #of(FunctionName: string): Promise<EventSourceMappingConfiguration> {
    const { EventSourceMappings = [] } = await this.#lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    const [mapping] = EventSourceMappings;
    if (!mapping) throw new ComparisonError(`no mapping feeds ${FunctionName}`);
    return mapping;
  }

  async #change(
    { UUID }: EventSourceMappingConfiguration,
    changes: Partial<UpdateEventSourceMappingCommandInput>,
  ): Promise<void> {
    await this.#lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...changes }));
    const deadline = performance.now() + settleMs;
    while ((await this.#lambda.send(new GetEventSourceMappingCommand({ UUID }))).State?.endsWith('ing')) {
      if (performance.now() > deadline) throw new ComparisonError(`the mapping ${UUID} did not settle`);
      await sleep(5);
    }
  }
}
