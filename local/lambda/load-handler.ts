import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isError, runtimeError } from './error-object.ts';

export type Handler = (event: unknown, context: unknown) => unknown;

/**
 * Finds `file.export` below `folderOfCode` as Lambda's runtime does: the exact file, then .js, .mjs, .cjs; the export
 * may be a path. Throws errors named `Runtime.…`, or what the module itself threw.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export const loadHandler = async (folderOfCode: string, handlerName: string): Promise<Handler> => {
  const taskRoot = realpathSync(folderOfCode); // as Node writes the URLs of modules
  const fileAndExport = basename(handlerName);
  const dot = fileAndExport.indexOf('.');
  if (handlerName.includes('..')) {
    throw runtimeError(
      'Runtime.MalformedHandlerName',
      `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  if (dot < 0) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const folder = handlerName.slice(0, handlerName.length - fileAndExport.length);
  const found = await load(taskRoot, folder, fileAndExport.slice(0, dot));
  const path = fileAndExport.slice(dot + 1).split('.');
  const handler = follow(found, path) ?? follow((found as { default?: unknown }).default, path);
  if (!handler) throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof handler !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  if (handler.length >= 3) throw runtimeError('Runtime.CallbackHandlerDeprecated', callbackHandler);
  return handler as Handler;
};

const callbackHandler =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

const load = async (taskRoot: string, folder: string, name: string): Promise<object> => {
  const path = resolve(taskRoot, folder, name);
  const file = ['', '.js', '.mjs', '.cjs'].map((ending) => path + ending).find(isFile);
  const require = createRequire(`${taskRoot}/`);
  try {
    resolveAsOnLambda(taskRoot);
    if (file === undefined) return require(require.resolve(name, { paths: [taskRoot, join(taskRoot, folder)] }));
    const isModule = file.endsWith('.mjs') || (file.endsWith('.js') && saysModule(taskRoot, file));
    return isModule ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error.stack);
    if (isError(error) && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
};

const isFile = (path: string): boolean => existsSync(path) && !existsSync(`${path}/.`);

const follow = (from: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    from,
  );

/**
 * Two things differ on Lambda: no package.json lies above the code, so that `.js` is CommonJS unless one within says
 * otherwise; and the runtime brings the SDK along, so that code may leave it out of its bundle.
 */
const resolveAsOnLambda = (taskRoot: string): void => {
  const withinTask = `${pathToFileURL(taskRoot).href}/`;
  const require = createRequire(import.meta.url);
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw error;
        return next(require.resolve(specifier), context);
      }
    },
    load(url, context, next) {
      if (!url.endsWith('.js') || !url.startsWith(withinTask) || saysModule(taskRoot, fileURLToPath(url))) {
        return next(url, context);
      }
      const file = fileURLToPath(url);
      if (!(file in require.cache)) require(file); // an import: Node would take it for a module after all
      return next(url, { ...context, format: 'commonjs' });
    },
  });
};

const saysModule = (taskRoot: string, file: string): boolean => {
  for (let folder = dirname(file); folder.length >= taskRoot.length; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
};
