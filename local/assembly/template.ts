/** What a CloudFormation template holds, as far as the runtime reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Transform?: unknown;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
}

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: unknown;
}

interface OutputDeclaration {
  readonly Value: unknown;
  readonly Condition?: string;
}
