import { domainEvents } from '../../domain/domain-event.ts';
import { kinesisConsumer } from '../runtime/kinesis-consumer.ts';

/**
 * stream -> check-event -> set aside. Lambda drops in silence what no consumer's filter matches; this consumer has no
 * filter: it passes what the domain knows and fails the rest, so that its mapping sets that aside whole.
 */
export const checkEvent = () => kinesisConsumer(domainEvents, () => {});
