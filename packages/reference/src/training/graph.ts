/** One step of training a region network as one ONNX graph: forward, loss, backward, Adam. */

import { Expressions } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { NetworkDescription, RegionLayer } from '../network.ts';
import { forwardPass } from './layers.ts';
import { type LossWeights, regionLoss, TARGET } from './loss.ts';
import { parameterSpecs } from './parameters.ts';

/** Adam's constants (Kingma and Ba, 2015). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The one head that can be trained here. Throws `unsupported` when the network has another or several. */
export function regionOf(network: NetworkDescription): RegionLayer {
  const [head] = network.heads;
  if (network.heads.length === 1 && head.kind === 'region' && head.softmax) return head;
  throw new NoScopeError('unsupported', 'only networks with one region head (YOLOv2) and softmax=1 train here');
}

/**
 * Inputs: `x` [batch, 3, height, width]; `target` and `truths` as `targets.ts` writes them; the scalars `rate`, `decay`
 * (of kernels, apart from the gradient: Loshchilov and Hutter, 2019), `unbias1`, `unbias2` (1 − β1ᵗ, 1 − β2ᵗ); for each
 * parameter P: `P`, `P/m`, `P/v`. Outputs: `losses`; `P/next`, `P/m/next`, `P/v/next`; each batch norm's mean and variance.
 * With `gradients`, for tests, also `P/gradient`.
 */
export function trainingGraph(
  network: NetworkDescription,
  options: { batch: number; mostTruths: number; loss: LossWeights; gradients?: boolean },
): Uint8Array {
  const { batch, mostTruths } = options;
  const e = new Expressions('train');
  const region = regionOf(network);
  const { channels, height, width } = network.input;
  const { graph } = e;
  graph
    .input('x', [batch, channels, height, width])
    .input('target', [
      batch,
      region.anchors.length,
      TARGET.classes + region.classes,
      region.output.height * region.output.width,
    ])
    .input('truths', [batch, 4, mostTruths]);
  for (const name of ['rate', 'decay', 'unbias1', 'unbias2']) graph.input(name, []);
  const specs = parameterSpecs(network);
  for (const { name, dims } of specs) {
    for (const value of [name, `${name}/m`, `${name}/v`]) graph.input(value, dims);
  }
  const forward = forwardPass(e, network, 'x', batch);
  const input = { target: 'target', truths: 'truths', batch, mostTruths };
  const gradients = forward.backward([regionLoss(e, region, forward.heads[0], input, options.loss)]);
  for (const { name, dims, decays } of specs) {
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new NoScopeError('bad-input', `the head does not depend on ${name}`);
    if (options.gradients) graph.output(e.op('Identity', [gradient], {}, `${name}/gradient`), dims);
    adam(e, name, dims, gradient, decays);
  }
  return graph.encode();
}

function adam(e: Expressions, name: string, dims: readonly number[], gradient: string, decays: boolean): void {
  const average = (moment: string, beta: number, now: string): string => {
    const next = e.op('Add', [e.mul(moment, e.scalar(beta)), e.mul(now, e.scalar(1 - beta))], {}, `${moment}/next`);
    e.graph.output(next, dims);
    return next;
  };
  const m = average(`${name}/m`, ADAM.beta1, gradient);
  const v = average(`${name}/v`, ADAM.beta2, e.mul(gradient, gradient));
  const spread = e.add(e.op('Sqrt', [e.div(v, 'unbias2')]), e.scalar(ADAM.epsilon));
  const step = e.div(e.div(m, 'unbias1'), spread);
  const whole = decays ? e.add(step, e.mul(name, 'decay')) : step;
  e.graph.output(e.op('Sub', [name, e.mul(whole, 'rate')], {}, `${name}/next`), dims);
}
