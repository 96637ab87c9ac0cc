/** `npm run kernels`: compiles the WASM kernels into `src/wasm/kernels.generated.ts`. */
import { writeFile } from 'node:fs/promises';
import { compileKernels, generatedPath } from './compile-kernels.ts';

const text = await compileKernels();
await writeFile(generatedPath, text);
console.log(`${generatedPath}: ${text.split('\n')[1].slice(3)}`);
