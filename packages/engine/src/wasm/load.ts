import type { Kernels } from './kernels.ts';
import { simdKernels } from './simd.ts';
import { typescriptKernels } from './typescript.ts';

let loading: Promise<Kernels> | null = null;

/**
 * The kernels of this thread: WASM SIMD where the engine has it, else the TypeScript twin. Which one it became stands in
 * `implementation`. Compiled once; all calls are synchronous, so one memory serves every caller of the thread.
 */
export function loadKernels(): Promise<Kernels> {
  loading ??= simdKernels().then((kernels) => kernels ?? typescriptKernels);
  return loading;
}
