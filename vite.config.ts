import { defineConfig } from 'vitest/config';

/**
 * One configuration for the unit tests beside the source and for what spans packages in `test/`.
 * Two test files at a time: the kernels and ONNX Runtime bring threads of their own.
 */
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
