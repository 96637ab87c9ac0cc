/**
 * A clip and a reference model that need nothing but this repository: a grey scene with some sensor noise through which
 * blue cars drive, and a Darknet network of two convolutions, written by hand, that finds what is blue. The network is
 * read and run as any other, so that a whole query on this clip is a whole query.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EncodeOptions, encodeVideo, type RgbFrame } from '@noscope/media/node';

export interface SyntheticClip {
  seconds: number;
  fps?: number;
  width?: number;
  height?: number;
  /** When cars come, and for how long they stay, in seconds; default: irregularly, half of the time. */
  cars?: readonly { atS: number; forS: number }[];
  encode?: Partial<EncodeOptions>;
}

/** Cars now and then until the clip's end, from a seed: some seconds here, some seconds gone. */
export function traffic(seconds: number, seed = 1): { atS: number; forS: number }[] {
  const random = numbersFrom(seed);
  const cars: { atS: number; forS: number }[] = [];
  for (let atS = 1.5 + random(); atS < seconds - 1; ) {
    const forS = 1.5 + 2 * random();
    cars.push({ atS, forS });
    atS += forS + 1.5 + 2 * random();
  }
  return cars;
}

/** Writes the clip; gives for each frame whether a car's middle is in the picture. */
export async function writeSyntheticClip(path: string, clip: SyntheticClip): Promise<{ present: Uint8Array }> {
  const { seconds, fps = 10, width = 160, height = 120, cars = traffic(seconds) } = clip;
  const frames = Math.round(seconds * fps);
  const present = new Uint8Array(frames);
  const random = numbersFrom(7);
  const noise = Uint8Array.from({ length: 3 * width * height + 4099 }, () => Math.floor(12 * random()));
  function* pictures(): Generator<RgbFrame> {
    for (let frame = 0; frame < frames; frame++) {
      const timestampS = frame / fps;
      const rgb = new Uint8Array(3 * width * height);
      const shift = (frame * 1031) % 4099;
      for (let y = 0; y < height; y++) {
        const grey = 70 + Math.round((80 * y) / height);
        for (let at = 3 * y * width; at < 3 * (y + 1) * width; at++) rgb[at] = grey + noise[at + shift];
      }
      const car = cars.find(({ atS, forS }) => timestampS >= atS && timestampS < atS + forS);
      if (car !== undefined) {
        const way = (timestampS - car.atS) / car.forS;
        drive(rgb, { width, height, centreX: way * width, centreY: height * 0.7 });
        present[frame] = 1;
      }
      yield { rgb, timestampS };
    }
  }
  await encodeVideo(path, { width, height, fps, codec: 'h264', quality: 20, ...clip.encode }, pictures());
  return { present };
}

function drive(
  rgb: Uint8Array,
  { width, height, centreX, centreY }: { width: number; height: number; centreX: number; centreY: number },
): void {
  const [halfW, halfH] = [width * 0.12, height * 0.12];
  for (let y = Math.round(centreY - halfH); y < centreY + halfH; y++) {
    for (let x = Math.max(0, Math.round(centreX - halfW)); x < Math.min(width, centreX + halfW); x++) {
      rgb.set([30, 40, 220], 3 * (y * width + x));
    }
  }
}

/** What finds blue cars, as the three files that `--reference`, `--weights` and `--names` take. It never sees a bus. */
export function writeBlueDetector(folder: string): { cfg: string; weights: string; names: string; flags: string[] } {
  const cfg = join(folder, 'blue.cfg');
  const weights = join(folder, 'blue.weights');
  const names = join(folder, 'blue.names');
  const convolution = (filters: number) => `[convolutional]\nfilters=${filters}\nsize=1\nstride=1\nactivation=linear\n`;
  writeFileSync(
    cfg,
    [
      '[net]\nwidth=160\nheight=128\nchannels=3\n',
      convolution(1),
      ...Array.from({ length: 4 }, () => '[maxpool]\nsize=2\nstride=2\n'),
      convolution(7),
      '[region]\nanchors=2.4,1.8\nclasses=2\ncoords=4\nnum=1\nsoftmax=1\n',
    ].join('\n'),
  );
  // Blueness, then of a cell: x, y, w, h as the anchor says; objectness from the blueness; car rather than bus.
  const blueness = [0, -0.5, -0.5, 1];
  const biases = [0, 0, 0, 0, -8, 8, 0];
  const slopes = [0, 0, 0, 0, 20, 0, 0];
  const numbers = Float32Array.from([...blueness, ...biases, ...slopes]);
  const header = Buffer.alloc(20);
  header.writeInt32LE(2, 4);
  writeFileSync(weights, Buffer.concat([header, Buffer.from(numbers.buffer)]));
  writeFileSync(names, 'car\nbus\n');
  return { cfg, weights, names, flags: ['--reference', cfg, '--weights', weights, '--names', names] };
}

/** Numbers in 0..1 from a seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
