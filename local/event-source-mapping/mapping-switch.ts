import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { readState, type StateKind, salvageRemoves, writeState } from '../state-file.ts';
import type { EventSourceMapping, MappingParts } from './event-source-mapping.ts';
import type { MappingSettings } from './mapping-settings.ts';

/** As the Lambda API names it. */
export type MappingState = 'Enabled' | 'Disabled' | 'Enabling' | 'Disabling' | 'Updating';

/** How batches are gathered. */
export type Batching = Partial<Pick<MappingSettings, 'batchSize' | 'maximumBatchingWindowSeconds'>>;

/** What a mapping is switched by. */
export interface MappingSwitchParts {
  readonly mapping: EventSourceMapping;
  readonly parts: MappingParts;
  /** What the template says; it counts until somebody switches, and again once the template says something else. */
  readonly enabledByTemplate: boolean;
  /** Where a switch is kept. */
  readonly file: string;
  readonly clock: Clock;
  /** Has something closed before whatever was registered by now. */
  readonly onClose: (close: () => Promise<void>) => void;
  readonly log: (line: string) => void;
}

/**
 * Turns a mapping on and off, and changes how it gathers batches. Off keeps the checkpoint, on goes on from there, and
 * a restart finds it on or off as it was left; how it gathers batches is then again as the template says.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export class MappingSwitch {
  readonly parts: MappingParts;
  private readonly own: MappingSwitchParts;
  private current: MappingState = 'Disabled';
  private changedAtMs: number;
  private change: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(own: MappingSwitchParts) {
    this.own = own;
    this.parts = own.parts;
    this.changedAtMs = own.clock.now();
  }

  get state(): MappingState {
    return this.current;
  }

  /** How its last invocation went. */
  get lastProcessingResult(): string {
    return this.own.mapping.lastProcessingResult;
  }

  /** Milliseconds since the epoch. */
  get lastModifiedMs(): number {
    return this.changedAtMs;
  }

  /** Starts the mapping where it was last on, or by the template should be; rejects where it can't start. */
  async open(): Promise<void> {
    if (this.wanted()) {
      await this.own.mapping.start();
      this.current = 'Enabled';
    }
    this.own.onClose(() => this.close());
  }

  /**
   * Begins to turn it on or off, with other batches; `settled` tells when that is done. What is in flight may finish.
   *
   * @throws MappingInUse while an earlier change is under way.
   */
  turn(enabled = this.current === 'Enabled', batching: Batching = {}): void {
    if (this.current.endsWith('ing') || this.closed) throw new MappingInUse();
    const isEnabled = this.current === 'Enabled';
    if (enabled === isEnabled && Object.keys(batching).length === 0) return;
    if (enabled !== isEnabled) this.keep(enabled);
    this.changedAtMs = this.own.clock.now();
    if (enabled) this.current = isEnabled ? 'Updating' : 'Enabling';
    else if (isEnabled) this.current = 'Disabling';
    this.change = this.pass(isEnabled, enabled, batching);
  }

  /** Resolves once no change is under way. */
  settled(): Promise<void> {
    return this.change;
  }

  /** Stops it for this run; what it was switched to stays. */
  async close(): Promise<void> {
    this.closed = true;
    await this.change;
    await this.own.mapping.close();
  }

  private async pass(from: boolean, to: boolean, batching: Batching): Promise<void> {
    if (from) await this.own.mapping.close();
    this.parts.settings = { ...this.parts.settings, ...batching };
    if (to) await this.start();
    else this.current = 'Disabled';
  }

  private async start(): Promise<void> {
    try {
      await this.own.mapping.start();
      this.own.onClose(() => this.close()); // its source may have been opened just now, and must close after it
      this.current = 'Enabled';
    } catch (error) {
      this.own.log(`${this.parts.name}: could not be enabled: ${(error as Error).message}`);
      this.current = 'Disabled';
    }
  }

  private wanted(): boolean {
    const { file, enabledByTemplate } = this.own;
    const kept = readState(file, keptBy(this.parts.name));
    return kept?.enabledByTemplate === enabledByTemplate ? kept.enabled : enabledByTemplate;
  }

  private keep(enabled: boolean): void {
    const { file, enabledByTemplate } = this.own;
    writeState(file, { enabled, enabledByTemplate } satisfies Kept);
  }
}

const schema = z.strictObject({ enabled: z.boolean(), enabledByTemplate: z.boolean() });
type Kept = z.infer<typeof schema>;

const keptBy = (mapping: string): StateKind<Kept> => ({
  schema,
  keeps: `whether the mapping ${mapping} was switched on or off`,
  remedy: `${salvageRemoves} The mapping is then on or off as the template says.`,
});

/** A change is under way, or the runtime is closing. */
export class MappingInUse extends Error {
  override readonly name = 'ResourceInUseException';
  constructor() {
    super('The resource cannot be updated while an earlier change of it is under way.');
  }
}
