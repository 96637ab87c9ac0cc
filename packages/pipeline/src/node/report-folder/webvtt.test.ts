import { describe, expect, it } from 'vitest';
import { webVtt } from './webvtt.ts';

describe('WebVTT', () => {
  it('writes one cue an interval, in the video’s time', () => {
    expect(
      webVtt(
        ['car', 'bus'],
        [
          { startS: 5.25, endS: 14 },
          { startS: 3661.0004, endS: 3662.5 },
        ],
      ),
    ).toBe('WEBVTT\n\n1\n00:00:05.250 --> 00:00:14.000\ncar or bus\n\n2\n01:01:01.000 --> 01:01:02.500\ncar or bus\n');
  });

  it('leaves out what a player could not show, and escapes names', () => {
    const text = webVtt(
      ['a<b-->'],
      [
        { startS: 1, endS: 1.0001 },
        { startS: 2, endS: 3 },
      ],
    );
    expect(text).toBe('WEBVTT\n\n1\n00:00:02.000 --> 00:00:03.000\na&lt;b--&gt;\n');
  });

  it('is a valid file without any interval', () => expect(webVtt(['bus'], [])).toBe('WEBVTT\n'));
});
