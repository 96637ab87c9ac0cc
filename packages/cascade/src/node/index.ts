export { isBundleFolder, readBundle, readManifest, writeBundle } from './folder.ts';
