import { endOnDamage } from '../../storage/damage.ts';
import type { Storage } from '../../storage/storage.ts';

/**
 * After an error that a call did not expect: nothing that this turn wrote is stored, since the call may have written a
 * part of what belongs together. Damage ends the thread: nothing more is served from the store.
 */
export const takeBack = (storage: Storage, error: unknown): void => {
  endOnDamage(error);
  try {
    storage.atomically(() => {
      throw error;
    });
  } catch {
    // It is the caller's to answer.
  }
};
