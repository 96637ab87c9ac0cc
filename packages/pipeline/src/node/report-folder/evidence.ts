/** What a report shows beside the numbers: every decision, what the check found, and pictures of both. */
import type { Box, Stage } from '@noscope/query';
import type { ScoreReport } from '../report.ts';
import type { DecisionLog, LoggedDecision } from '../run.ts';

/** Who decided what on one frame, and what the reference says about it. */
export interface PicturedFrame {
  decision: LoggedDecision;
  /** A JPEG file, at most `PICTURE_WIDTH` pixels wide. */
  jpeg: Uint8Array;
  /** Of the original picture, which the boxes' pixels belong to. */
  width: number;
  height: number;
  /** The boxes by which the reference answers yes; empty where it answers no. */
  boxes: Box[];
}

export interface PicturedError extends PicturedFrame {
  /** A stretch of wrong frames that this one stands for; an audit sees single frames. */
  episode: { startS: number; endS: number; frames: number };
}

export interface Pictures {
  /** Some frames that each stage decided; a stage that decided none has none. */
  samples: Record<Stage, PicturedFrame[]>;
  /** Wrong answers, in the stream's order. */
  errors: PicturedError[];
  /** Wrong answers in all. */
  errorFrames: number;
  /** Stretches of wrong answers in all; as many as frames for an audit. */
  errorEpisodes: number;
}

export interface Evidence {
  /** Every answered frame, in the stream's order. */
  log: DecisionLog;
  /** The frames that were checked, as places in `log.decisions`, ascending. */
  checked: Int32Array;
  /** What the reference says about each of them, 0 or 1. */
  truth: Uint8Array;
  /** The stream's usual frame interval, in seconds. */
  frameIntervalS: number;
  /** Length of the whole video in seconds, where it says so. */
  durationS: number | null;
  /** Null where none were asked for. */
  pictures: Pictures | null;
}

/** What was really there, where that is known: on a video that a program rendered. Errors are per frame. */
export interface KnownTruth {
  /** What counts as there, in words. */
  rule: string;
  /** 0 or 1 for every answered frame. */
  present: Uint8Array;
  /** The cascade, on every answered frame. */
  cascade: ScoreReport;
  /** The reference, on the frames that were checked. */
  reference: ScoreReport;
}
