/**
 * A checkpoint of a narrow network as the start of a wider one of the same layers. Old filters keep their places; new
 * ones are drawn from the seed, and nobody listens to them yet, so that the wide network says at first exactly what the
 * narrow one did.
 */
import { convolutions, createTrainer, type NetworkDescription } from '@noscope/reference';

type Arrays = Map<string, Float32Array>;

/** @param fresh A checkpoint of the wide network before its first step; filled with the narrow one's averages. */
export function grow(from: NetworkDescription, arrays: Arrays, to: NetworkDescription, fresh: Arrays): Arrays {
  if (from.layers.length !== to.layers.length || from.layers.some(({ kind }, i) => kind !== to.layers[i].kind)) {
    throw new Error('only a network of the same layers, wider, can grow out of another');
  }
  const places = channelPlaces(from, to);
  const read = (name: string): Float32Array => arrays.get(`${name}/average`) ?? arrays.get(name) ?? new Float32Array(0);
  const grown = new Map([...fresh].map(([name, data]) => [name, data.slice()]));
  for (const [i, wide] of convolutions(to).entries()) {
    const narrow = convolutions(from)[i];
    const inputs = wide.index === 0 ? [0, 1, 2] : places[wide.index - 1];
    const taps = wide.size * wide.size;
    const name = `layer${wide.index}`;
    const kernel = grown.get(`${name}/kernel`) ?? new Float32Array(0);
    const old = read(`${name}/kernel`);
    for (let filter = 0; filter < narrow.filters; filter++) {
      const start = filter * wide.input.channels * taps;
      kernel.fill(0, start, start + wide.input.channels * taps);
      for (const [channel, place] of inputs.entries()) {
        const at = (filter * narrow.input.channels + channel) * taps;
        kernel.set(old.subarray(at, at + taps), start + place * taps);
      }
    }
    grown.set(`${name}/kernel/average`, kernel.slice());
    for (const part of ['bias', 'scale', 'mean', 'variance']) {
      for (const key of [`${name}/${part}`, `${name}/${part}/average`]) grown.get(key)?.set(read(`${name}/${part}`));
    }
  }
  return grown;
}

/** For each layer: where the narrow network's channels lie among the wide one's. */
function channelPlaces(from: NetworkDescription, to: NetworkDescription): number[][] {
  const places: number[][] = [];
  for (const [i, layer] of from.layers.entries()) {
    if (layer.kind === 'convolutional') places.push(Array.from({ length: layer.filters }, (_, channel) => channel));
    else if (layer.kind === 'route') {
      let offset = 0;
      const own: number[] = [];
      for (const index of layer.from) {
        own.push(...places[index].map((place) => place + offset));
        offset += to.layers[index].output.channels;
      }
      places.push(own);
    } else places.push(places[i - 1]);
  }
  return places;
}

/** The checkpoint that an untrained network starts from. */
export async function freshCheckpoint(
  network: NetworkDescription,
  open: Parameters<typeof createTrainer>[1],
  seed: number,
): Promise<Arrays> {
  const trainer = await createTrainer(network, open, { batch: 1, seed });
  const fresh = trainer.checkpoint();
  await trainer.close();
  return fresh;
}
