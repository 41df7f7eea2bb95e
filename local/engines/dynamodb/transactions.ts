import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { endOnDamage } from '../../storage/damage.ts';
import type { Storage } from '../../storage/storage.ts';
import { type Action, type Input, type Output, require } from './dynalite.ts';
import { readJson, sendJson } from './json-api.ts';
import { refuseNested } from './nesting.ts';
import type { TableStore } from './table-store.ts';

const database = require('dynalite/db');
const validations = require('dynalite/validations');

/** The parts of a transaction, and the operation of dynalite's whose parameters each takes. */
const parts = { Put: 'putItem', Update: 'updateItem', Delete: 'deleteItem', ConditionCheck: 'deleteItem' } as const;
type Part = keyof typeof parts;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const mostItems = 100;
const mostBytes = 16 * 1_048_576;
const tokenLifeMs = 10 * 60_000;

/** An error of AWS's, as dynalite builds them. */
interface AwsError extends Error {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message: string; readonly Item?: unknown };
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/**
 * Answers `TransactWriteItems` and `TransactGetItems`, which dynalite does not know; every other request goes on to
 * `next`. All parts of a transaction run in one turn, so no other request runs between them.
 */
export const transactionsApi =
  (store: TableStore, storage: Storage, actions: ReadonlyMap<string, Action>, next: RequestListener): RequestListener =>
  (request, response) => {
    const [, name] = `${request.headers['x-amz-target']}`.split('.');
    if (name !== 'TransactWriteItems' && name !== 'TransactGetItems') return next(request, response);
    const transactions = new Transactions(store, storage, actions);
    void readJson(request, mostBytes)
      .then((input) => {
        if (!Array.isArray(input.TransactItems) || input.TransactItems.length < 1)
          throw validationError(
            "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must not be null and have length greater than or equal to 1",
          );
        if (input.TransactItems.length > mostItems)
          throw validationError(
            `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${mostItems}`,
          );
        return name === 'TransactWriteItems' ? transactions.write(input) : transactions.get(input);
      })
      .then(async (output) => {
        await new Promise<void>((resolve, reject) =>
          storage.whenSettled((error) => (error ? reject(error) : resolve())),
        );
        sendJson(response, 200, JSON.stringify(output));
      })
      .catch((error: Partial<AwsError> & Error) => {
        endOnDamage(error);
        const { statusCode = 500, body = { __type: 'InternalServerError', message: error.message } } = error;
        sendJson(response, statusCode, JSON.stringify(body));
      });
  };

class Transactions {
  private readonly store: TableStore;
  private readonly storage: Storage;
  private readonly actions: ReadonlyMap<string, Action>;

  constructor(store: TableStore, storage: Storage, actions: ReadonlyMap<string, Action>) {
    this.store = store;
    this.storage = storage;
    this.actions = actions;
  }

  /** Writes all parts or none. The same token with the same parts changes nothing for ten minutes. */
  write(input: Input): Output {
    const items = (input.TransactItems as Input[]).map((item) => this.checked(item));
    const keys = items.map(({ part, data }) => this.keyOf(data, part));
    if (new Set(keys).size < keys.length)
      throw validationError('Transaction request cannot include multiple operations on one item');
    const token = this.tokenOf(input);
    if (token?.isKnown) return {};
    const reasons: Reason[] = [];
    const isDone = this.storage.tentatively(() => {
      for (const { part, data } of items) reasons.push(this.run(part, data));
      if (reasons.some(({ Code }) => Code !== 'None')) return false;
      if (token) this.storage.put(token.key, JSON.stringify({ digest: token.digest, atMs: Date.now() }));
      return true;
    });
    if (!isDone) throw cancelled(reasons);
    return {};
  }

  /** All items as they are at one moment. */
  get(input: Input): Output {
    const Responses = (input.TransactItems as Input[]).map((item) => {
      const data = this.check('getItem', Object(item.Get));
      let found: Output | undefined;
      let failure: unknown;
      this.action('getItem')(this.store, data, (error, output) => {
        failure = error;
        found = output;
      });
      if (failure) throw failure;
      return found?.Item ? { Item: found.Item } : {};
    });
    return { Responses };
  }

  private run(part: Part, data: Input): Reason {
    let failure: unknown;
    const action = part === 'ConditionCheck' ? checkCondition : this.action(parts[part]);
    action(this.store, data, (error) => {
      failure = error;
    });
    if (!failure) return { Code: 'None' };
    const { body } = failure as Partial<AwsError>;
    const code = body?.__type.split('#')[1] ?? '';
    if (code === 'ConditionalCheckFailedException')
      return {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(body?.Item ? { Item: body.Item } : {}),
      };
    if (code === 'ValidationException') return { Code: 'ValidationError', Message: body?.message ?? '' };
    throw failure;
  }

  /** One part of a transaction, its parameters checked as those of the operation alone. */
  private checked(item: Input): { readonly part: Part; readonly data: Input } {
    const [part = '', ...others] = Object.keys(Object(item));
    if (!(part in parts) || others.length > 0)
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    const data = this.check(parts[part as Part], Object(item[part]));
    if (part === 'ConditionCheck' && !data.ConditionExpression)
      throw validationError(
        "1 validation error detected: Value null at 'transactItems.member.conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null",
      );
    return { part: part as Part, data };
  }

  private check(operation: string, input: Input): Input {
    const { types, custom } = require(`dynalite/validations/${operation}`);
    refuseNested(input, types);
    const { TableName: name } = input;
    if (typeof name === 'string' && name.startsWith('arn:')) input.TableName = name.slice(name.indexOf('/') + 1);
    const asked = input.ReturnValuesOnConditionCheckFailure;
    const data = validations.checkTypes(input, types);
    validations.checkValidations(data, types, custom, this.store);
    return { ...data, ...(asked !== undefined && { ReturnValuesOnConditionCheckFailure: asked }) };
  }

  private action(name: string): Action {
    return this.actions.get(name) as Action;
  }

  private keyOf(data: Input, part: Part): string {
    let key = '';
    this.store.getTable(String(data.TableName), (error, table) => {
      if (error) throw error;
      const from = (part === 'Put' ? data.Item : data.Key) as Input;
      const invalid = part === 'Put' ? database.validateItem(from, table) : database.validateKey(from, table);
      if (invalid) throw invalid;
      key = `${data.TableName}~${database.createKey(from, table)}`;
    });
    return key;
  }

  private tokenOf({ ClientRequestToken: token, TransactItems }: Input) {
    if (token === undefined || token === null) return undefined;
    if (typeof token !== 'string' || token.length < 1 || token.length > 36)
      throw validationError(
        "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length from 1 to 36",
      );
    const key = `token~${createHash('sha256').update(token).digest('hex')}`;
    const digest = createHash('sha256').update(JSON.stringify(TransactItems)).digest('base64');
    const text = this.storage.getText(key);
    const known = text === undefined ? undefined : (JSON.parse(text) as { digest: string; atMs: number });
    const isKnown = known !== undefined && known.atMs > Date.now() - tokenLifeMs;
    if (isKnown && known.digest !== digest)
      throw awsError('IdempotentParameterMismatchException', 'The provided client token is already in use.');
    return { key, digest, isKnown };
  }
}

/** Deletes the tokens that no longer count. */
export const forgetTokens = (storage: Storage): void => {
  for (const [key, text] of [...storage.texts({ gte: 'token~', lt: 'token~~' })])
    if (JSON.parse(text).atMs <= Date.now() - tokenLifeMs) storage.delete(key);
};

/** A condition on an item that the transaction leaves as it is. */
const checkCondition: Action = (store, data, callback) => {
  const { getTable, getItemDb } = store as TableStore;
  getTable(String(data.TableName), (error, table) => {
    if (error) return callback(error);
    getItemDb(String(data.TableName)).get(database.createKey(data.Key, table), (_, item) =>
      callback(database.checkConditional(data, item)),
    );
  });
};

const awsError = (type: string, message: string, more = {}): Error =>
  Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more },
  });

const cancelled = (reasons: readonly Reason[]): Error => {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return awsError('TransactionCanceledException', message, { Message: message, CancellationReasons: reasons });
};

const validationError = (message: string): Error => database.validationError(message);
