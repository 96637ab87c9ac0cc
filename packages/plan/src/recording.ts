/** What the stages said about every frame of a stretch of video: what plans are replayed over and chosen by. */

export interface DifferenceTrace {
  /** Indices of the frames looked at, ascending; as `sampledIndices` gives them. */
  sampled: Int32Array;
  /**
   * For each of them the ordinal (among `sampled`) of the frame it was compared with, or -1; before epochs of
   * `maxReuseS` are applied. Against the reference image it is not read.
   */
  pair: Int32Array;
  /** For each of them the float32 difference; not read where an earlier frame is meant and there is none. */
  difference: Float32Array;
}

export interface Recording {
  /** Seconds, from the decoder, every frame. */
  timestampS: Float64Array;
  /** The reference model's answer, 0 or 1, every frame. */
  label: Uint8Array;
  /** A specialized model's float32 confidence, every frame. */
  confidence(modelId: string): Float32Array;
  /** A detector's differences among the frames sampled at `tSkipS`. */
  difference(detectorId: string, tSkipS: number): DifferenceTrace;
}
