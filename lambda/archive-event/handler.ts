import { archiveEvent } from './archive-event.ts';

export const handler = archiveEvent();
