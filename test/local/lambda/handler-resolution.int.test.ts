import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { probeFunction } from './probe-function.ts';

const commonJs = 'exports.handler = async () => typeof require;';
const esModule = 'export const handler = async () => typeof require;';

describe('a handler is found', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['in a .js file, which is CommonJS', { 'index.js': commonJs }, 'index.handler', 'function'],
    ['in a .cjs file', { 'index.cjs': commonJs }, 'index.handler', 'function'],
    ['in a .mjs file', { 'index.mjs': esModule }, 'index.handler', 'undefined'],
    ['in folders of folders', { 'a/b-c/index.js': commonJs }, 'a/b-c/index.handler', 'function'],
    [
      'in a .js file that a package.json within makes an ES module',
      { 'index.js': esModule, 'package.json': '{"type":"module"}' },
      'index.handler',
      'undefined',
    ],
    [
      'in a .js file below a package.json that names no type',
      { 'a/index.js': commonJs, 'package.json': '{}' },
      'a/index.handler',
      'function',
    ],
    [
      'first in .js, then .mjs, then .cjs',
      { 'i.js': commonJs, 'i.mjs': esModule, 'i.cjs': '' },
      'i.handler',
      'function',
    ],
    ['behind a path of exports', { 'i.js': 'exports.a = { b: async () => "deep" };' }, 'i.a.b', 'deep'],
    [
      'as a part of the default export',
      { 'i.mjs': 'export default { handler: async () => "part" };' },
      'i.handler',
      'part',
    ],
    [
      'in a module that awaits at its top level',
      {
        'i.mjs':
          'const v = await new Promise((r) => setTimeout(() => r("late"), 20)); export const handler = async () => v;',
      },
      'i.handler',
      'late',
    ],
    [
      'in a folder that is required as a module',
      { 'node_modules/app/index.js': 'exports.handler = async () => "module";' },
      'app.handler',
      'module',
    ],
  ])('%s', async (_, files, handler, expected) => {
    const probe = probeFunction(files, { handler });

    expect(await probe.call()).toBe(expected);
  });

  it.each([
    ['requires', { 'index.js': "exports.handler = async () => require('./more.js').more;" }],
    ['imports', { 'index.mjs': "import { more } from './more.js'; export const handler = async () => more;" }],
    ['imports later', { 'index.js': "exports.handler = async () => (await import('./more.js')).more;" }],
  ])('although the package around the code is of modules: one that %s CommonJS', async (_, files) => {
    const around = probeFunction({ 'package.json': '{"type":"module"}', 'asset/more.js': "exports.more = 'more';" });
    for (const [file, source] of Object.entries(files)) writeFileSync(join(around.taskRoot, 'asset', file), source);
    const within = probeFunction({}, { handler: 'index.handler', taskRoot: () => join(around.taskRoot, 'asset') });

    expect(await within.call()).toBe('more');
  });

  it.each([
    [
      'index.js',
      "const { KinesisClient } = require('@aws-sdk/client-kinesis'); exports.handler = async () => typeof KinesisClient;",
    ],
    [
      'index.mjs',
      "import { NodeHttpHandler } from '@smithy/node-http-handler'; export const handler = async () => typeof NodeHttpHandler;",
    ],
  ])('with the SDK left out of its bundle, in %s', async (file, source) => {
    const probe = probeFunction({ [file]: source }, { handler: 'index.handler' });

    expect(await probe.call()).toBe('function');
  });
});

describe('a handler that is not found', () => {
  it.each<[string, Record<string, string>, string, { errorType: string; errorMessage: unknown }]>([
    [
      'in a file that is not there',
      {},
      'index.handler',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringMatching(/^Error: Cannot find module 'index'/),
      },
    ],
    [
      'for a module that its code requires',
      { 'index.js': "require('left-out'); exports.handler = async () => 1;" },
      'index.handler',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringMatching(/^Error: Cannot find module 'left-out'\nRequire stack:\n- .*index\.js/),
      },
    ],
    [
      'among the exports',
      { 'index.js': 'exports.other = 1;' },
      'index.handler',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    [
      'since what is exported is no function',
      { 'index.js': 'exports.handler = { a: 1 };' },
      'index.handler',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is not a function' },
    ],
    [
      'for an error of syntax',
      { 'index.js': 'exports.handler = async () => {;' },
      'index.handler',
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringMatching(/^SyntaxError: /) },
    ],
    [
      'in ES module syntax where CommonJS is expected',
      { 'index.js': esModule },
      'index.handler',
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringMatching(/^SyntaxError: /) },
    ],
    [
      'without a dot in its name',
      {},
      'handler',
      { errorType: 'Runtime.MalformedHandlerName', errorMessage: 'Bad handler' },
    ],
    [
      'above the code',
      {},
      '../index.handler',
      {
        errorType: 'Runtime.MalformedHandlerName',
        errorMessage:
          "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
      },
    ],
    [
      'since its module throws',
      { 'index.js': 'throw new RangeError("at load");' },
      'index.handler',
      { errorType: 'RangeError', errorMessage: 'at load' },
    ],
    [
      'since it takes a callback',
      { 'index.js': 'exports.handler = (event, context, callback) => callback(null, 1);' },
      'index.handler',
      {
        errorType: 'Runtime.CallbackHandlerDeprecated',
        errorMessage: expect.stringMatching(
          /removed support for callback-based function handlers starting with Node\.js 24/,
        ),
      },
    ],
    [
      'since it streams its response',
      { 'index.js': 'exports.handler = awslambda.streamifyResponse(async () => {});' },
      'index.handler',
      {
        errorType: 'Runtime.StreamingNotRun',
        errorMessage: 'Response streaming (awslambda.streamifyResponse) is not run locally.',
      },
    ],
  ])('%s', async (_, files, handler, expected) => {
    const probe = probeFunction(files, { handler });

    expect(await probe.fail()).toMatchObject(expected);
  });

  it('is looked for again by each invocation, one of those that wait at a time', async () => {
    const probe = probeFunction({}, { handler: 'index.handler', environments: 2 });

    const errors = await Promise.all([probe.fail(), probe.fail(), probe.fail()]);

    expect(errors.map(({ errorType }) => errorType)).toEqual(Array(3).fill('Runtime.ImportModuleError'));
  });
});
