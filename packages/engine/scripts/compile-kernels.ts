/** AssemblyScript → the TypeScript file that carries the module: no fetch, so Node, browser and worker load it alike. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const assembly = fileURLToPath(new URL('../src/wasm/assembly/', import.meta.url));

export const generatedPath = fileURLToPath(new URL('../src/wasm/kernels.generated.ts', import.meta.url));

/** The text that `kernels.generated.ts` should have. */
export async function compileKernels(): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['index.ts', '--baseDir', assembly, '--outFile', 'kernels.wasm', '--config', 'none'].concat([
      '-O3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--importMemory',
      '--use',
      'abort=',
    ]),
    {
      writeFile(name: string, contents: string | Uint8Array) {
        if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`the kernels do not compile: ${error?.message ?? ''}\n${stderr}`);
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,110}/g) ?? [];
  return [
    '// Made from ./assembly by `npm run kernels`; do not edit.',
    `// ${binary.length} bytes, sha256 ${createHash('sha256').update(binary).digest('hex')}`,
    'export const kernelsBase64 =',
    ...lines.map((line, i) => `  '${line}'${i + 1 < lines.length ? ' +' : ';'}`),
    '',
  ].join('\n');
}
