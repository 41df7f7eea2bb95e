import type { BusEvent } from './bus-event.ts';
import { parseExactly } from './exact-json.ts';
import { compileTemplate, isJson, type RuleName } from './input-template.ts';
import { compileJsonPath } from './json-path.ts';

/** What a target is given of an event; at most one of the three. */
export interface InputSettings {
  /** Constant JSON. */
  readonly input?: string | undefined;
  /** What lies there. */
  readonly inputPath?: string | undefined;
  readonly inputTransformer?:
    | { readonly pathsMap: Readonly<Record<string, string>>; readonly template: string }
    | undefined;
}

/** Makes the JSON text that a target gets of an event. @throws InvalidInput where there is none. */
export type TargetInput = (event: BusEvent) => string;

/** The event gives nothing that could be sent: no path leads to anything, or the template makes no JSON of it. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

/**
 * Compiles what a target gets: the whole event unless the settings say otherwise.
 *
 * @throws InvalidJsonPath, InvalidTemplate
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export const compileInput = (settings: InputSettings, rule: RuleName): TargetInput => {
  const { input, inputPath, inputTransformer } = settings;
  if (input !== undefined) return () => input;
  if (inputPath !== undefined) {
    const read = compileJsonPath(inputPath);
    return ({ text }) => {
      const value = read(parseExactly(text));
      if (value === undefined) throw new InvalidInput(`InputPath ${inputPath} leads to nothing in the event.`);
      return inputPath === '$' ? text : JSON.stringify(value);
    };
  }
  if (inputTransformer) {
    const { render, isLines } = compileTemplate(inputTransformer.template, inputTransformer.pathsMap, rule);
    return (event) => {
      const rendered = render(event);
      if (!isLines && !isJson(rendered)) throw new InvalidInput('InputTemplate makes no JSON of the event.');
      return rendered;
    };
  }
  return ({ text }) => text;
};
