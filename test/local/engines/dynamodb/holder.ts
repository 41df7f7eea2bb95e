import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';

/** A process that holds the DynamoDB engine over the folder of its first argument, until it is killed. */
const { url } = await startDynamoDb({ path: process.argv[2] ?? '' });
console.log(url);
