import type { ProcessInfo } from '../../protocol/index.js';
import { endingText } from '../model/text.js';
import type { Session, SessionState } from '../session.js';

/** Where the terminal's F6 leads. */
export const PROCESS_ID = 'process';

/** Chooses the process that the panels below show; says when it is one that has ended. */
export function ProcessBar(props: { readonly state: SessionState; readonly session: Session }) {
  const view = props.state.shown?.view;
  const observed = view?.memory;
  const process = view?.processes.find(({ pid }) => pid === observed?.pid);
  const hasEnded = process?.ending !== undefined;
  return (
    <section class={`panel processes${hasEnded ? ' ended' : ''}`} aria-label="Process">
      <label for={PROCESS_ID}>Process</label>
      <select
        id={PROCESS_ID}
        disabled={process === undefined}
        value={observed?.pid ?? ''}
        onChange={(event) => {
          props.session.select(undefined);
          props.session.send({ type: 'observe', pid: Number(event.currentTarget.value) });
        }}
      >
        {process === undefined && <option value="">none yet</option>}
        {view?.processes.map((each) => (
          <option key={each.pid} value={each.pid}>
            {processText(each)}
          </option>
        ))}
      </select>
      <p class="process-note" role="status">
        {process?.ending === undefined ? (
          ''
        ) : (
          <>
            <span aria-hidden="true">■ </span>
            {capital(endingText(process.ending))}: its last state.
          </>
        )}
      </p>
    </section>
  );
}

function processText({ pid, name, tty, ending }: ProcessInfo): string {
  const where = tty === undefined ? '' : ` · tty${tty}`;
  return `${pid} ${name}${where}${ending === undefined ? '' : ' (ended)'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
