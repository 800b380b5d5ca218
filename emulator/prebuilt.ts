import type { Encoding } from './isa/encoding.js';

/** What follows from the instruction tables and takes time to find out. */
export interface Prebuilt {
  /** The interpreter's module, by `moduleKey` of its options. */
  readonly modules: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Numbers of the handlers, by `handlerKey`. */
  readonly ops: ReadonlyMap<string, number>;
  /** By the instruction's name. */
  readonly encodings: ReadonlyMap<string, Encoding>;
}

/**
 * From the sources, everything is derived when it is needed. In what scripts/build.js writes, this
 * module holds what it has derived (scripts/prebuild.js), so that a program starts sooner.
 */
export const prebuilt: Prebuilt | undefined = undefined;
