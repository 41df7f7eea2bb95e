import { types } from 'node:util';

/** The error object of an invocation, as Lambda's Node runtime writes it. */
export interface ErrorObject {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What was thrown or rejected with, as an error object; a value that is no Error is named by its `typeof`. */
export const errorObject = (thrown: unknown): ErrorObject => {
  try {
    if (isError(thrown)) {
      return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] };
    }
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
};

/** An Error under one of the runtime's own names, such as `Runtime.HandlerNotFound`. */
export const runtimeError = (name: string, message: string, stack?: string): Error => {
  const error = new Error(message);
  error.name = name;
  error.stack = stack ?? `${name}: ${message}`;
  return error;
};

export const isError = (thrown: unknown): thrown is Error => thrown instanceof Error || types.isNativeError(thrown);
