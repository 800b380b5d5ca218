/**
 * Without the control characters that terminals obey and XML forbids, and without the line breaks
 * that YAML and JavaScript know beside \n.
 */
export function printable(text: string): string {
  return [...text]
    .map((c) => {
      const code = c.codePointAt(0)!;
      const isText = c === '\n' || c === '\t' || (code >= 0x20 && code < 0x7f) || code >= 0xa0;
      const isBreak = code === 0x2028 || code === 0x2029;
      const isPaired = code < 0xd800 || code > 0xdfff;
      return isText && !isBreak && isPaired && code !== 0xfffe && code !== 0xffff ? c : '\ufffd';
    })
    .join('');
}
