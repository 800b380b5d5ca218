/** The guest programs' ELFs; scripts/build-web.js puts them in. */
declare module 'pagewalk:programs' {
  export interface EmbeddedProgram {
    readonly name: string;
    readonly bytes: Uint8Array;
  }
  export const programs: readonly EmbeddedProgram[];
}
