export { openOnnxTrainer } from './onnx-trainer.ts';
export { type OpenModelOptions, openModel } from './open-model.ts';
export { type TrainModelsOptions, trainModels } from './train-models.ts';
