export { referenceFromLabels } from '../labels/label-reference.ts';
export { suggestName } from '../names.ts';
export { isPulled, type PulledModel, type PullOptions, pullModel } from './download.ts';
export { type ModelFiles, pulledPath } from './files.ts';
export { type DarknetReference, openReference, type ReferenceOptions } from './open.ts';
