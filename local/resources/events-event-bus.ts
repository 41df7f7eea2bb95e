import * as z from 'zod/mini';
import { EventBridge } from '../event-bridge/event-bridge.ts';
import { resourceType } from './resource-type.ts';

/** An event bus. It takes events from any caller with our key; what no rule matches goes nowhere, as on AWS. */
export const eventsEventBus = resourceType({
  type: 'AWS::Events::EventBus',
  properties: z.strictObject({
    Name: z.string().check(z.regex(/^[/.\-_A-Za-z0-9]+$/), z.maxLength(256)),
  }),
  withoutEffect: ['DeadLetterConfig', 'Description', 'KmsKeyIdentifier', 'LogConfig', 'Policy', 'Tags'],
  create: async ({ properties: { Name } }, context) => {
    const bridge = await EventBridge.of(context);
    bridge.addBus(Name);
    const arn = `arn:aws:events:${context.region}:${context.accountId}:event-bus/${Name}`;
    return { ref: Name, attributes: { Arn: arn, Name } };
  },
});
