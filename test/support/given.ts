import { expect } from '@jest/globals';

/** An aggregate's rules, as a specification tries them. */
export interface Decider<State, Command, Event> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => Event;
  readonly evolve: (state: State, event: Event) => State;
}

/**
 * `given(...pastEvents).when(command).thenHappens(event)`, `.thenThrows(Refusal)` or `.thenIs(state)`: what a command
 * makes of an aggregate to which those events have happened.
 */
export const specification =
  <State, Command, Event>({ initial, decide, evolve }: Decider<State, Command, Event>) =>
  (...past: readonly Event[]) => ({
    when: (command: Command) => {
      const before = past.reduce(evolve, initial);
      return {
        thenHappens: (event: object) => expect(decide(command, before)).toMatchObject(event),
        thenIs: (state: object) => expect(evolve(before, decide(command, before))).toMatchObject(state),
        thenThrows: (refusal: new (message: string) => Error) => expect(() => decide(command, before)).toThrow(refusal),
      };
    },
  });
