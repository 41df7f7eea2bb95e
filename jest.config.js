/** Every level of test by default; `npm run test:unit` and its neighbours choose one by the file's suffix. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/synthesize-once.ts',
  testMatch: ['**/*.{unit,int,e2e}.test.ts'],
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(to-fast-properties|uuid)/)'], // these ship ES modules only
  maxWorkers: '100%',
  testTimeout: 60_000,
};
