import { Stopped } from '../command.ts';
import type { Chosen } from './command-line.ts';
import type { SetAside } from './set-aside.ts';

/** The one whose id begins so. @throws Stopped where there is none, or more than one */
export function find(pending: readonly SetAside[], id: string): SetAside {
  const [found, ...others] = pending.filter(({ objectKey }) => objectKey.slice(-36).startsWith(id));
  if (!found) throw new Stopped(`Nothing is set aside under ${id}; it may be redriven already.`);
  if (others.length > 0) throw new Stopped(`${id} stands for ${others.length + 1}: take more of the id.`);
  return found;
}

/** Whether something is chosen. @throws Stopped where a choice means nothing that is there */
export function choose(pending: readonly SetAside[], { all, ids, functionPart }: Chosen) {
  if (all) return () => true;
  if (functionPart === undefined) {
    const found = new Set(ids.map((id) => find(pending, id)));
    return (setAside: SetAside) => found.has(setAside);
  }
  const part = functionPart.toLowerCase();
  const isChosen = ({ functionName }: SetAside) => functionName.toLowerCase().includes(part);
  if (pending.length > 0 && !pending.some(isChosen)) {
    const names = [...new Set(pending.map(({ functionName }) => functionName))];
    throw new Stopped(`--function: nothing of ${functionPart} is set aside, but of ${names.join(', ')}.`);
  }
  return isChosen;
}
