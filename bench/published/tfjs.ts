/** TensorFlow.js as the rival: the copy in the npm package @vladmandic/face-api, which has all of it and its networks' own code. */
import { bundle } from '../../test/faces/package-files.js';

/** A tensor of TensorFlow.js. */
export interface Tensor {
  readonly shape: number[];
  data(): Promise<Float32Array | Int32Array>;
  dispose(): void;
}

/** What layers models and graph models have in common. */
export interface TfModel {
  predict(input: Tensor): Tensor | Tensor[];
  execute(input: Tensor | Record<string, Tensor>, outputs: string | string[]): Tensor | Tensor[];
}

/** The few things of TensorFlow.js that are used here. */
export interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array | Int32Array, shape: readonly number[], type?: 'float32' | 'int32'): Tensor;
  tidy<T>(work: () => T): T;
  loadGraphModel(handler: unknown): Promise<TfModel>;
  loadLayersModel(handler: unknown): Promise<TfModel>;
  readonly io: {
    fromMemory(artifacts: unknown): unknown;
    decodeWeights(bytes: ArrayBuffer, description: unknown): Record<string, Tensor>;
  };
  readonly layers: { readonly Layer: new (config?: unknown) => object };
  readonly serialization: { registerClass(layer: unknown): void };
}

/** One of the package's networks. */
export interface FaceNet {
  loadFromWeightMap(weights: unknown): void;
}

/** The few things of the package that are used here. */
export interface FaceApi {
  readonly tf: TensorFlow;
  toNetInput(picture: Tensor): Promise<unknown>;
  readonly nets: {
    readonly ssdMobilenetv1: FaceNet & { locateFaces(picture: Tensor, options: object): Promise<Detection[]> };
    readonly tinyFaceDetector: FaceNet & {
      locateFaces(picture: Tensor, options: object): Promise<Detection[]>;
      forward(picture: Tensor, side: number): Promise<Tensor>;
    };
    readonly faceExpressionNet: FaceNet & { runNet(input: unknown): Tensor };
    readonly ageGenderNet: FaceNet & { runNet(input: unknown): { age: Tensor; gender: Tensor } };
    readonly faceRecognitionNet: FaceNet & { forward(picture: Tensor): Promise<Tensor> };
  };
}

/** A face as the package gives it. */
export interface Detection {
  readonly score: number;
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
}

let opened: Promise<FaceApi> | undefined;

async function open(): Promise<FaceApi> {
  // TensorFlow.js recommends its native package at length.
  const { warn } = console;
  console.warn = () => undefined;
  // The bundle was built for browsers: in Node it looks for parts that it does not contain. It takes anything with this
  // name for a browser's worker, and needs nothing else from it.
  Object.assign(globalThis, { WorkerGlobalScope: class {} });
  const api = (await import(bundle)) as FaceApi;
  await api.tf.setBackend('cpu');
  console.warn = warn;
  Reflect.deleteProperty(globalThis, 'WorkerGlobalScope');
  return api;
}

/** The package, on TensorFlow.js's plain JavaScript backend, which has every kernel. */
export function faceApi(): Promise<FaceApi> {
  opened ??= open();
  return opened;
}

/** The real numbers of tensors, which are then freed. */
export async function values(tensors: Tensor | readonly Tensor[]): Promise<Float32Array[]> {
  const list = Array.isArray(tensors) ? (tensors as readonly Tensor[]) : [tensors as Tensor];
  return Promise.all(
    list.map(async (tensor) => {
      const data = Float32Array.from(await tensor.data());
      tensor.dispose();
      return data;
    }),
  );
}
