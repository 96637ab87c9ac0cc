/** Intervals as WebVTT (W3C), which players show as subtitles and chapters beside the video. */
import type { Interval } from '@noscope/query';

/** A file with one cue an interval; times are the video's own. */
export function webVtt(objects: readonly string[], intervals: readonly Interval[]): string {
  // A cue's text is markup, and an arrow in it would be read as the next cue's times.
  const text = objects.join(' or ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const cues = intervals
    .filter(({ startS, endS }) => timestamp(endS) !== timestamp(startS))
    .map(({ startS, endS }, i) => `${i + 1}\n${timestamp(startS)} --> ${timestamp(endS)}\n${text}\n`);
  return ['WEBVTT\n', ...cues].join('\n');
}

/** `00:01:02.345`; WebVTT knows no time before 0. */
function timestamp(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}.${pad(ms % 1000, 3)}`;
}
