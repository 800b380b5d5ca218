/** The worker's bundle as text; scripts/build-web.js puts it in. */
declare module 'pagewalk:worker' {
  const source: string;
  export default source;
}
