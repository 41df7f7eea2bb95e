import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';

/** A process that holds the three engines over the folder of its first argument, until it is killed. */
const [folder = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
const [kinesis, dynamoDb, s3] = await Promise.all([
  startKinesis({ path: `${folder}/kinesis` }),
  startDynamoDb({ path: `${folder}/dynamodb` }),
  startS3AndSqs({ path: `${folder}/s3`, keys: new Map([[accessKeyId, secretAccessKey]]) }),
]);
console.log(JSON.stringify({ kinesis: kinesis.url, dynamoDb: dynamoDb.url, s3: s3.url }));
