import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** The whole page takes files; while something hovers over it, it says where they go. */
export function DropTarget(props: {
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}) {
  const [isHovered, setHovered] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the Files dialog is the way for the keyboard
    <div
      class="page"
      onDragOver={(event) => {
        event.preventDefault();
        setHovered(true);
      }}
      onDragLeave={(event) => {
        // Leaving one element of the page for another one is not leaving the page.
        if (event.relatedTarget === null) setHovered(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setHovered(false);
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {props.children}
      {isHovered && (
        <div class="drop-hint">
          <p>Drop it: the file goes to the guest's home directory.</p>
        </div>
      )}
    </div>
  );
}
