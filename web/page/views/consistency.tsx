import type { Verdict } from '../../protocol/index.js';
import type { Session, SessionState } from '../session.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

/** unchecked: there is no verdict on the state that is shown. */
type Standing = 'unchecked' | 'consistent' | 'broken';

function standingOf({ verdict, shown }: SessionState): Standing {
  if (verdict === undefined || verdict.instructions !== shown?.view.instructions)
    return 'unchecked';
  return verdict.broken.length === 0 ? 'consistent' : 'broken';
}

function brokenText({ broken }: Verdict): string {
  return broken.length === 1 ? `${broken[0]} broken` : `${broken.length} rules broken`;
}

/** Whether the verifier finds the state that is shown consistent; leads to what it found. */
export function ConsistencyBadge(props: {
  readonly state: SessionState;
  readonly onOpen: () => void;
}) {
  const { state, onOpen } = props;
  const standing = standingOf(state);
  const texts = {
    unchecked: 'Check',
    consistent: 'Consistent',
    broken: state.verdict === undefined ? '' : brokenText(state.verdict),
  };
  return (
    <button
      type="button"
      class={`badge badge-${standing}`}
      disabled={state.phase !== 'ready'}
      title="Whether regions, page tables, frames and TLB agree"
      onClick={onOpen}
    >
      <Icon name={standing} />
      {texts[standing]}
    </button>
  );
}

/** The verdict in full: which rules were judged, and the story of each that does not hold. */
export function ConsistencyDialog(props: {
  readonly state: SessionState;
  readonly session: Session;
  readonly onClose: () => void;
}) {
  const { state, session, onClose } = props;
  const { verdict } = state;
  return (
    <Dialog title="Consistency" onClose={onClose}>
      <p>
        The verifier reads regions, page tables, frames and TLB from raw memory, with a walk of its
        own, and checks them against each other. It does so whenever the machine rests or is paused.
      </p>
      {verdict === undefined ? (
        <p class="empty">Checking…</p>
      ) : (
        <Found verdict={verdict} isCurrent={standingOf(state) !== 'unchecked'} />
      )}
      <p class="dialog-actions">
        <button type="button" onClick={() => session.send({ type: 'verify' })}>
          Check now
        </button>
      </p>
    </Dialog>
  );
}

function Found({ verdict, isCurrent }: { readonly verdict: Verdict; readonly isCurrent: boolean }) {
  const { instructions, milliseconds, rules, broken, explanations } = verdict;
  const when = `at instruction ${instructions.toLocaleString('en')}`;
  return (
    <>
      <p class={`verdict ${broken.length === 0 ? 'holds' : 'fails'}`}>
        <Icon name={broken.length === 0 ? 'consistent' : 'broken'} />
        <span>
          <strong>
            {broken.length === 0 ? `All ${rules.length} rules hold` : brokenText(verdict)}
          </strong>{' '}
          {when}
          {isCurrent ? '' : '; the machine has run on since'} (checked in{' '}
          {Math.max(1, Math.round(milliseconds))} ms)
        </span>
      </p>
      {explanations.map((text) => (
        <pre key={text} class="violation">
          {text.trimEnd()}
        </pre>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <section class="rules" tabIndex={0} aria-label="Rules">
        <ul>
          {rules.map(({ id, sentence }) => (
            <li key={id} class={broken.includes(id) ? 'fails' : ''}>
              <span aria-hidden="true">{broken.includes(id) ? '✕' : '✓'}</span>
              <span class="rule-id">{id}</span>
              <span>{sentence}</span>
              <span class="sr-only">{broken.includes(id) ? ': broken' : ': holds'}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
