/**
 * Labels whole clips and compares them with OpenCV's, box for box:
 * `npx tsx test/parity/labels.ts [CLIP…]`, clips as file names; all of them without arguments. Ends with 1 when a clip
 * falls short of 97%.
 */
import { readdirSync } from 'node:fs';
import { labelClip, ORACLES, type Oracle, oracleLabels } from '../support/label-clip.ts';
import { type Agreement, agreement } from '../support/match-labels.ts';
import { sharedData } from '../support/shared-data.ts';

const data = sharedData();
if (data === null) throw new Error('the folder of real clips is not beside this checkout');
const asked = process.argv.slice(2);
const clips = asked.length > 0 ? asked : readdirSync(`${data}clips`).filter((name) => /\.(mp4|avi)$/.test(name));
const share = ({ of, matched }: Agreement) => `${((100 * matched) / Math.max(1, of)).toFixed(2)}% of ${of}`;

for (const clip of clips) {
  for (const oracle of Object.keys(ORACLES) as Oracle[]) {
    const { frames, seconds } = await labelClip(data, clip, oracle);
    const expected = oracleLabels(data, clip, oracle, frames);
    const [ours, theirs] = [agreement(frames, expected), agreement(expected, frames)];
    const good = ours.matched >= 0.97 * ours.of && theirs.matched >= 0.97 * theirs.of;
    if (!good) process.exitCode = 1;
    console.log(
      `${clip}, ${oracle}: ours ${share(ours)}, OpenCV's ${share(theirs)}, ${frames.length} frames, ${(frames.length / seconds).toFixed(0)} a second${good ? '' : ', BELOW 97%'}`,
    );
  }
}
