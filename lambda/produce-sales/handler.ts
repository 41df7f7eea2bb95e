import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventBridge } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { StoreEventBus } from '../stores/store-event-bus.ts';
import { produceSales } from './produce-sales.ts';

const env = readEnv({ STORE_BUS: name });
const origin = { now: () => new Date(), newId: randomUUID, random: Math.random, sleep: (ms: number) => sleep(ms) };
export const handler = produceSales(new StoreEventBus(eventBridge(), env.STORE_BUS), origin);
