/** What the page and its two workers say to each other. Nobody else hears it. */
import type { Sabotage } from '../../../src/fast/browser.js';
import type { Face, Image } from '../../../src/network/browser.js';
import type { Snapshot } from './snapshot.js';

/** Who computes behind the device's port. */
export type DeviceKind = 'wasm' | 'webgpu';

/** A lie that the device shall tell. */
export interface Lie {
  /** The linear layer, counted from 0. */
  readonly layer: number;
  readonly kind: Sabotage;
}

/** Where the files of the site are. */
export interface Files {
  readonly kernels: string;
  readonly manifest: string;
  readonly weights: string;
}

/** To the untrusted worker. */
export type ToDevice =
  | {
      readonly kind: 'open';
      readonly device: DeviceKind;
      readonly kernels: WebAssembly.Module;
      readonly port: MessagePort;
    }
  /** The next map to be loaded is layer 0 of a new session. */
  | { readonly kind: 'begin'; readonly lie: Lie | null };

/** From the untrusted worker: everything it knows. */
export type FromDevice = { readonly kind: 'begun' } | { readonly kind: 'seen'; readonly snapshot: Snapshot };

/** To the trusted worker. */
export type ToTrusted =
  | { readonly kind: 'load'; readonly files: Files }
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'run'; readonly photo: Image; readonly newSession: boolean };

/** One tensor that a run gave. */
export interface RawOutput {
  readonly name: string;
  readonly values: Int16Array | Int32Array;
}

/** A result, all of it verified. */
export interface Result {
  /** The name of the device that computed. */
  readonly device: string;
  readonly faces: readonly Face[];
  readonly outputs: readonly RawOutput[];
  readonly layers: number;
  readonly verifiedLayers: number;
  readonly soundnessBits: number;
  readonly offlineMs: number;
  readonly trustedMs: number;
  readonly deviceMs: number;
  readonly bytesToDevice: number;
  readonly bytesFromDevice: number;
}

/** The stages of a run, in order. */
export type Stage = 'challenges' | 'pads' | 'online';

/** From the trusted worker. */
export type FromTrusted =
  | { readonly kind: 'loaded'; readonly kernels: WebAssembly.Module; readonly layers: readonly string[] }
  | { readonly kind: 'connected'; readonly device: string }
  | { readonly kind: 'progress'; readonly stage: Stage; readonly done: number; readonly total: number }
  | { readonly kind: 'held'; readonly snapshot: Snapshot }
  | { readonly kind: 'done'; readonly result: Result }
  /** The device lied: there is no result, and the session is destroyed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly soundnessBits: number }
  | { readonly kind: 'failed'; readonly reason: string };
