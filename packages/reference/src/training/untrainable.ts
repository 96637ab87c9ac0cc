import { NoScopeError } from '@noscope/query';
import { type Layer, nameLayer } from '../network.ts';

export const untrainable = (layer: Layer): NoScopeError =>
  new NoScopeError(
    'unsupported',
    `${nameLayer(layer)} does not train here; use convolutional, maxpool, route, shortcut, reorg and upsample in their plain forms, and a region head`,
  );
