/** A REST API as its resources add up: the RestApi resource makes it, the others fill it, the server reads it. */
export interface RestApi {
  readonly restApiId: string;
  readonly name: string;
  readonly rootResourceId: string;
}
