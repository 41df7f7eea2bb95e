/** A pattern that EventBridge refuses (400), with its sentence. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPatternException';
  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}
