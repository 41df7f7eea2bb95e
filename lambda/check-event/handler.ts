import { checkEvent } from './check-event.ts';

export const handler = checkEvent();
