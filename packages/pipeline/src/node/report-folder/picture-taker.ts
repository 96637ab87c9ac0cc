/**
 * Takes the report's pictures while the check decodes the video anyway: some frames of every stage, and wrong answers.
 * Wrong frames that follow each other are one episode and get one picture, from about its middle: an object that was
 * seen half a second late is one mistake to look at, not eight.
 */
import type { Detection, Frame } from '@noscope/engine';
import { encodeJpeg } from '@noscope/media/node';
import { matchingBoxes, type Query, type Stage } from '@noscope/query';
import type { DecisionLog, LoggedDecision } from '../run.ts';
import type { PicturedError, PicturedFrame, Pictures } from './evidence.ts';
import { chooseSamples, STAGE_ORDER } from './samples.ts';
import { shrink } from './shrink.ts';

export const PICTURE_WIDTH = 320;
/** FFmpeg's quantizer: about 10 kB a picture. */
const QUALITY = 5;
/** Episodes shown; further ones are counted. A page of pictures is looked at, a thousand of them are not. */
const SHOWN = { verify: 60, audit: 200 } as const;
/** Episodes of which pictures are kept while it is not known yet which are the longest. */
const KEPT = 1000;

export interface TakerOptions {
  query: Query;
  log: DecisionLog;
  /** Ids of the frames whose answers are checked; null: all. */
  checked: ReadonlySet<number> | null;
  frameIntervalS: number;
}

interface Episode {
  label: boolean;
  first: number;
  last: number;
  pictures: { place: number; picture: PicturedFrame }[];
}

export class PictureTaker {
  /** Ids of frames to show that a check may not draw by itself. */
  readonly wanted: ReadonlySet<number>;
  readonly #options: TakerOptions;
  readonly #samples: Record<Stage, LoggedDecision[]>;
  readonly #taken = new Map<number, PicturedFrame>();
  readonly #episodes: Episode[] = [];
  #errorFrames = 0;

  constructor(options: TakerOptions) {
    this.#options = options;
    this.#samples = chooseSamples(options.log.decisions);
    this.wanted = new Set(STAGE_ORDER.flatMap((stage) => this.#samples[stage].map(({ frameId }) => frameId)));
  }

  /** Looks at an answer of the reference; the frame is still open. Frames come in the stream's order. */
  async see(frame: Frame, detection: Detection): Promise<void> {
    const { query, log, checked } = this.#options;
    const place = log.placeOf(frame.id);
    if (place === null) return;
    const decision = log.decisions[place];
    const boxes = matchingBoxes(query, detection.boxes, detection.picture);
    const take = () => takePicture(frame, detection, decision, boxes);
    if (this.wanted.has(frame.id)) this.#taken.set(frame.id, await take());
    const isChecked = checked === null || checked.has(frame.id);
    if (!isChecked || decision.label === boxes.length > 0) return;
    this.#errorFrames++;
    const episode = this.#episodeAt(place, decision.label);
    const offset = place - episode.first;
    // The middle is not known before the end: with pictures at 0, 1, 2, 4, 8, … frames one is always near it.
    const isKept = (offset & (offset - 1)) === 0;
    if (isKept && this.#episodes.length <= KEPT)
      episode.pictures.push({ place, picture: this.#taken.get(frame.id) ?? (await take()) });
  }

  finish(): Pictures {
    const { log, checked } = this.#options;
    const withPictures = this.#episodes.filter(({ pictures }) => pictures.length > 0);
    const shown = withPictures
      .toSorted((a, b) => b.last - b.first - (a.last - a.first))
      .slice(0, SHOWN[checked === null ? 'verify' : 'audit'])
      .sort((a, b) => a.first - b.first);
    return {
      samples: {
        skipped: this.#sampled('skipped'),
        difference: this.#sampled('difference'),
        specialized: this.#sampled('specialized'),
        reference: this.#sampled('reference'),
      },
      errors: shown.map((episode): PicturedError => {
        const { first, last, pictures } = episode;
        const middle = (first + last) / 2;
        const { picture } = pictures.reduce((best, one) =>
          Math.abs(one.place - middle) < Math.abs(best.place - middle) ? one : best,
        );
        return {
          ...picture,
          episode: {
            startS: log.decisions[first].timestampS,
            endS: log.decisions[last].timestampS + this.#options.frameIntervalS,
            frames: last - first + 1,
          },
        };
      }),
      errorFrames: this.#errorFrames,
      errorEpisodes: this.#episodes.length,
    };
  }

  #sampled(stage: Stage): PicturedFrame[] {
    return this.#samples[stage].flatMap(({ frameId }) => this.#taken.get(frameId) ?? []);
  }

  /** The episode that goes on at `place`, or a new one. Frames that an audit drew stand alone. */
  #episodeAt(place: number, label: boolean): Episode {
    const current = this.#episodes.at(-1);
    if (this.#options.checked === null && current?.label === label && current.last === place - 1) {
      current.last = place;
      return current;
    }
    const episode: Episode = { label, first: place, last: place, pictures: [] };
    this.#episodes.push(episode);
    return episode;
  }
}

async function takePicture(
  frame: Frame,
  detection: Detection,
  decision: LoggedDecision,
  boxes: PicturedFrame['boxes'],
): Promise<PicturedFrame> {
  const rgb = await frame.view({ kind: 'rgb' });
  const small = shrink({ rgb, width: frame.width, height: frame.height }, PICTURE_WIDTH);
  const jpeg = await encodeJpeg(small.rgb, small.width, small.height, QUALITY);
  return { decision, jpeg, ...detection.picture, boxes };
}
