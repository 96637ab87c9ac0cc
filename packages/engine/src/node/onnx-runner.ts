/** What `onnx.ts` and `onnx-thread.ts` agree on. */
import type { Tensor } from '../engine.ts';

/** A tensor with the runtime's name for its type. */
export interface TypedTensor {
  type: 'float32' | 'int64' | 'int32' | 'uint8';
  data: Tensor['data'];
  dims: number[];
}

/** What runs a graph: the runtime in this thread, or a thread that has it. */
export interface OnnxRunner {
  /** With `give` the inputs' memory may be taken. */
  run(inputs: Record<string, TypedTensor>, give: boolean): Promise<Record<string, TypedTensor>>;
  release(): Promise<void>;
}
