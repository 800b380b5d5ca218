import type { Mark } from '../model/changes.js';
import { MARK_SIGNS } from '../model/text.js';

const WORDS: Readonly<Record<Mark, string>> = { added: 'new', changed: 'changed', removed: 'gone' };

/** What a step did to the thing in this row: a sign to see, a word to hear, a colour beside. */
export function MarkSign({ mark }: { readonly mark: Mark | undefined }) {
  if (mark === undefined) return <span class="mark-sign" />;
  return (
    <span class={`mark-sign ${mark}`} title={WORDS[mark]}>
      <span aria-hidden="true">{MARK_SIGNS[mark]}</span>
      <span class="sr-only">{WORDS[mark]}</span>
    </span>
  );
}
