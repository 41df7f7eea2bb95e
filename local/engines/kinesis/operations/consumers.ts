import type { KinesisEngine } from '../engine.ts';
import { inUse, invalidArgument, limitExceeded, notFound } from '../errors.ts';
import type { Member } from '../member.ts';
import { nextToken, otherName, required, streamArn, timestamp, upTo } from '../members.ts';
import { operation } from '../operation.ts';
import type { StoredConsumer, Stream } from '../stream.ts';
import { makeToken, readToken } from './descriptions.ts';

/** The consumers of enhanced fan-out. They can be registered and described; see `SubscribeToShard`. */
const mostConsumers = 20;

const consumerArn: Member = {
  type: 'String',
  pattern: '(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+',
  shortest: 1,
  longest: 2048,
};

interface OfConsumer {
  readonly StreamARN?: string;
  readonly ConsumerName?: string | null;
  readonly ConsumerARN?: string | null;
}

const ofConsumer = { StreamARN: streamArn, ConsumerName: otherName, ConsumerARN: consumerArn };

const describe = ({ streams }: KinesisEngine, stream: Stream, { name, createdMs }: StoredConsumer) => {
  const seconds = Math.floor(createdMs / 1_000);
  return {
    ConsumerName: name,
    ConsumerARN: `${streams.arnOf(stream)}/consumer/${name}:${seconds}`,
    ConsumerStatus: 'ACTIVE',
    ConsumerCreationTimestamp: seconds,
  };
};

export const registerStreamConsumer = operation<{ readonly StreamARN: string; readonly ConsumerName: string }>(
  { StreamARN: required(streamArn), ConsumerName: required(otherName) },
  (engine, input) => {
    const { streams } = engine;
    const stream = streams.of({ StreamARN: input.StreamARN });
    const { consumers } = stream.stored;
    const where = `under stream ${stream.name}, account ${streams.place.accountId}`;
    if (consumers.some(({ name }) => name === input.ConsumerName))
      throw inUse(`Consumer ${input.ConsumerName} ${where} already exists.`);
    if (consumers.length >= mostConsumers)
      throw limitExceeded(`No more than ${mostConsumers} consumers can be registered ${where}.`);
    const consumer = { name: input.ConsumerName, createdMs: engine.now() };
    streams.change(stream, { consumers: [...consumers, consumer] });
    return { Consumer: describe(engine, stream, consumer) };
  },
);

export const deregisterStreamConsumer = operation<OfConsumer>(ofConsumer, (engine, input) => {
  const [stream, consumer] = find(engine, input);
  engine.streams.change(stream, { consumers: stream.stored.consumers.filter((each) => each !== consumer) });
  return undefined;
});

export const describeStreamConsumer = operation<OfConsumer>(ofConsumer, (engine, input) => {
  const [stream, consumer] = find(engine, input);
  return {
    ConsumerDescription: { ...describe(engine, stream, consumer), StreamARN: engine.streams.arnOf(stream) },
  };
});

interface List {
  readonly StreamARN: string;
  readonly NextToken?: string | null;
  readonly MaxResults?: number | null;
}

export const listStreamConsumers = operation<List>(
  {
    StreamARN: required(streamArn),
    NextToken: nextToken,
    MaxResults: upTo(10_000),
    StreamCreationTimestamp: timestamp,
  },
  (engine, { StreamARN, NextToken, MaxResults }) => {
    const stream = engine.streams.of({ StreamARN });
    const start = NextToken == null ? '' : readToken('consumers', NextToken, engine.now());
    const consumers = stream.stored.consumers
      .filter(({ name }) => name > start)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = consumers.slice(0, MaxResults ?? 100);
    const isLast = page.length === consumers.length;
    return {
      Consumers: page.map((consumer) => describe(engine, stream, consumer)),
      NextToken: isLast ? undefined : makeToken('consumers', page.at(-1)?.name ?? '', engine.now()),
    };
  },
);

/** The consumer that an input names, by its own ARN or by its name and its stream's. */
const find = (
  engine: KinesisEngine,
  { StreamARN, ConsumerName, ConsumerARN }: OfConsumer,
): [Stream, StoredConsumer] => {
  const [ofArn] = ConsumerARN?.split('/consumer/') ?? [];
  if (ConsumerARN == null && (StreamARN == null || ConsumerName == null))
    throw invalidArgument('Either ConsumerARN, or both StreamARN and ConsumerName should be provided.');
  const stream = engine.streams.of({ StreamARN: ofArn ?? (StreamARN as string) });
  const consumer = stream.stored.consumers.find((each) =>
    ConsumerARN == null ? each.name === ConsumerName : describe(engine, stream, each).ConsumerARN === ConsumerARN,
  );
  if (!consumer)
    throw notFound(
      `Consumer ${ConsumerARN ?? ConsumerName}, stream ${stream.name} under account ` +
        `${engine.streams.place.accountId} not found.`,
    );
  return [stream, consumer];
};
