import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Shown } from '../model/tracker.js';

/**
 * Brings what a step changed into sight, each time that the changes are others.
 *
 * @param list the box that scrolls
 * @param selector of the element to see; the first that matches
 */
export function useScrollTo(
  list: RefObject<HTMLElement | null>,
  selector: string | undefined,
  shown: Shown | undefined,
): void {
  const changes = shown?.changes;
  // Not when rows are opened: only when there is something new to see.
  useEffect(() => {
    const box = list.current;
    const element = selector === undefined ? null : box?.querySelector<HTMLElement>(selector);
    if (!box || !element) return;
    const top = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (top >= 0 && top + element.offsetHeight <= box.clientHeight) return;
    // Whole rows: none is cut in two at the top.
    const wanted = Math.round((box.scrollTop + top - box.clientHeight / 3) / element.offsetHeight);
    const most = Math.floor((box.scrollHeight - box.clientHeight) / element.offsetHeight);
    box.scrollTop = Math.min(wanted, most) * element.offsetHeight;
  }, [changes]);
}
