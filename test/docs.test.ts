import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('documents', () => {
  const files = [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...readdirSync(`${root}docs`).map((name) => `docs/${name}`),
  ];
  it.each(files)('%s names only files that exist', (file) => {
    const named =
      readFileSync(root + file, 'utf8').match(/(?<![\w./-])(packages|apps|test|models|docs)\/[\w./-]*\w/g) ?? [];
    expect(named.filter((path) => !existsSync(root + path))).toEqual([]);
  });
});
