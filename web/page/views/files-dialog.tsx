import { sizeText } from '../model/text.js';
import type { Session, SessionState } from '../session.js';
import { Dialog } from './dialog.js';

export interface FilesDialogProps {
  readonly state: SessionState;
  readonly session: Session;
  readonly onClose: () => void;
}

/** Files into the guest and out of it. */
export function FilesDialog({ state, session, onClose }: FilesDialogProps) {
  return (
    <Dialog title="Files" onClose={onClose}>
      <p>
        A program (RISC-V ELF) or any other file goes to the guest's home directory. You can also
        drop it anywhere on the page.
      </p>
      <p>
        <label class="file-input">
          Add files
          <input
            type="file"
            multiple
            onChange={(event) => {
              const input = event.currentTarget;
              const files = [...(input.files ?? [])];
              input.value = '';
              void session.addFiles(files).then(() => session.send({ type: 'list-files' }));
            }}
          />
        </label>
      </p>
      <h3>In the guest</h3>
      {state.files === undefined || state.files.length === 0 ? (
        <p class="empty">
          {state.files === undefined ? 'Reading…' : 'Nothing in the home directory or /tmp yet.'}
        </p>
      ) : (
        <ul class="file-list">
          {state.files.map(({ path, sizeBytes }) => (
            <li key={path}>
              <span class="path">{path}</span>
              <span>{sizeText(sizeBytes)}</span>
              <button
                type="button"
                aria-label={`Download ${path}`}
                onClick={() => session.send({ type: 'read-file', path })}
              >
                Download
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
