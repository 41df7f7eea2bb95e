/**
 * Why the runtime can't start, said to the person at the terminal: the command prints the message and nothing else.
 * Anything else that is thrown is a defect, and keeps its stack trace.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
