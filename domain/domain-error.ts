/** Why the business refuses a command: a `code` for programs, a sentence for people. */
export abstract class DomainError<Code extends string = string> extends Error {
  abstract readonly code: Code;
}
