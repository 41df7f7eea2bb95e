/**
 * As `node:http` has it. An `import` of that module reads all that it exports, `WebSocket` too, which loads Node's
 * whole undici: 80 ms in each thread.
 */
export const { createServer, validateHeaderValue } = process.getBuiltinModule('node:http');
