import { createInterface } from 'node:readline/promises';

export interface Asking {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Whether a person at the terminal says yes; Ctrl-C, which interrupts the command as ever, and Ctrl-D mean no. */
export async function ask(question: string, { signal, ...streams }: Asking): Promise<boolean> {
  const terminal = createInterface(streams).on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
